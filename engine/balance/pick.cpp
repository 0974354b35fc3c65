// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/pick.h"

#include <algorithm>

namespace spillway::balance {

bool isPassedOver(const PickRequest& request, const TargetSnapshot& target) {
  return std::ranges::find(request.passOver, target.runtime.get()) != request.passOver.end();
}

const TargetSnapshot& firstAllowed(Candidates candidates, std::size_t start, const PickRequest& request) {
  const std::size_t count = candidates.size();
  for (std::size_t i = 0; i < count; ++i) {
    const TargetSnapshot& candidate = *candidates[(start + i) % count];
    if (!isPassedOver(request, candidate)) return candidate;
  }
  return *candidates[start % count];
}

}  // namespace spillway::balance
