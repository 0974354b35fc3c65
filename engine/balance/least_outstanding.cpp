// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/least_outstanding.h"

#include <limits>

namespace spillway::balance {

const TargetSnapshot& leastOutstanding(Candidates candidates, Cursor& cursor, const PickRequest& request) {
  const std::size_t start = cursor.load(std::memory_order_relaxed);
  std::size_t chosen = start;
  auto fewest = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = 0; i < candidates.size() && fewest > 0; ++i) {
    const TargetSnapshot& candidate = *candidates[(start + i) % candidates.size()];
    const auto outstanding = candidate.runtime->outstanding.load(std::memory_order_relaxed);
    if (outstanding >= fewest || isPassedOver(request, candidate)) continue;
    fewest = outstanding;
    chosen = start + i;
  }
  // The next search begins after this one: equals take turns even when others lie between them.
  chosen %= candidates.size();
  cursor.store(static_cast<std::uint32_t>(chosen + 1), std::memory_order_relaxed);
  return *candidates[chosen];
}

}  // namespace spillway::balance
