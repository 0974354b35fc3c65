// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/balance/pick.h"

namespace spillway::balance {

/// The candidate with the fewest requests in progress, over all workers; among equals the next in turn (ALB
/// does not say). Looks at each candidate unless an idle one comes first.
const TargetSnapshot& leastOutstanding(Candidates candidates, Cursor& cursor, const PickRequest& request);

}  // namespace spillway::balance
