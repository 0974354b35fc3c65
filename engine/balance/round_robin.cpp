// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/round_robin.h"

#include "engine/balance/slow_start.h"

namespace spillway::balance {

const TargetSnapshot& roundRobin(Candidates candidates, Cursor& cursor, const PickRequest& request) {
  return firstAllowed(candidates, cursor.fetch_add(1, std::memory_order_relaxed), request);
}

const TargetSnapshot& slowRoundRobin(Candidates candidates, Cursor& cursor, const PickRequest& request,
                                     std::chrono::seconds slowStart, Random& random) {
  for (std::size_t refused = 0;; ++refused) {
    // A refused turn is used up: the next target's neighbour would get it all otherwise.
    const std::size_t turn = cursor.fetch_add(1, std::memory_order_relaxed);
    const TargetRuntime& target = *candidates[turn % candidates.size()]->runtime;
    const bool taken = random.fraction() < slowStartShare(target, request.now, slowStart);
    // After a whole round without a taker all are in slow start, and share the requests as they come.
    if (taken || refused == candidates.size()) return firstAllowed(candidates, turn, request);
  }
}

}  // namespace spillway::balance
