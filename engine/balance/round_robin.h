// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/balance/pick.h"
#include "engine/balance/random.h"

namespace spillway::balance {

/// Each candidate in turn.
const TargetSnapshot& roundRobin(Candidates candidates, Cursor& cursor, const PickRequest& request);

/// The same while some candidates are in slow start: they take their turn only as often as their share says.
const TargetSnapshot& slowRoundRobin(Candidates candidates, Cursor& cursor, const PickRequest& request,
                                     std::chrono::seconds slowStart, Random& random);

}  // namespace spillway::balance
