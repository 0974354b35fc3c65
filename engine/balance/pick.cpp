// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/pick.h"

#include <algorithm>

namespace spillway::balance {

bool isPassedOver(const PickRequest& request, const TargetSnapshot& target) {
  return std::ranges::find(request.passOver, target.runtime.get()) != request.passOver.end();
}

const TargetSnapshot& firstAllowed(Candidates candidates, std::size_t start, const PickRequest& request) {
  const std::size_t first = start % std::max<std::size_t>(candidates.size(), 1);
  for (const auto part : {candidates.subspan(first), candidates.first(first)}) {
    for (const TargetSnapshot* candidate : part) {
      if (!isPassedOver(request, *candidate)) return *candidate;
    }
  }
  return *candidates[first];
}

}  // namespace spillway::balance
