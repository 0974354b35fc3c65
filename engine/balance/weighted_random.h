// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/balance/pick.h"
#include "engine/balance/random.h"

namespace spillway::balance {

/// Candidates in random order, in proportion to the weights that anomaly mitigation gave them.
const TargetSnapshot& weightedRandom(Candidates candidates, const PickRequest& request, Random& random);

}  // namespace spillway::balance
