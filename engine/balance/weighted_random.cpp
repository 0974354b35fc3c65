// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/weighted_random.h"

namespace spillway::balance {

const TargetSnapshot& weightedRandom(Candidates candidates, const PickRequest& request, Random& random) {
  // Draw and refuse by weight: needs no sums, which would be stale whenever a weight changes. At most half
  // of the targets can be anomalous, so a draw is mostly taken; the bound is for weights that change just
  // now.
  constexpr int kMostDraws = 64;
  const auto count = static_cast<std::uint32_t>(candidates.size());
  std::uint32_t drawn = random.below(count);
  for (int draws = 1; draws < kMostDraws; ++draws) {
    const std::uint32_t weight = candidates[drawn]->runtime->weight.load(std::memory_order_relaxed);
    if (weight >= kFullWeight || random.below(kFullWeight) < weight) break;
    drawn = random.below(count);
  }
  return firstAllowed(candidates, drawn, request);
}

}  // namespace spillway::balance
