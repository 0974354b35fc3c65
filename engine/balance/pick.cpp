// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/pick.h"

#include <algorithm>

namespace spillway::balance {
namespace {

using observe::TargetState;

/// ALB does not say whether fail-open takes targets in their first checks: at a desk an answer from a target
/// that is just starting is worth more than a 503.
bool isRoutable(TargetState state) {
  return state == TargetState::Healthy || state == TargetState::Unhealthy || state == TargetState::Initial;
}

}  // namespace

bool failsOpen(const GroupSnapshot& group) {
  const auto healthy =
      std::ranges::count_if(group.targets, [](const auto& target) { return mayUse(target, false); });
  return config::areTooFew(static_cast<std::size_t>(healthy), group.targets.size(),
                           group.settings.attributes.unhealthyStateRouting);
}

bool mayUse(const TargetSnapshot& target, bool failOpen) {
  const TargetState state = target.runtime->state.load(std::memory_order_relaxed);
  if (!failOpen) return state == TargetState::Healthy;
  return isRoutable(state) && !target.runtime->takenOut.load(std::memory_order_relaxed);
}

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
