// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/selector.h"

#include <algorithm>

#include "engine/balance/least_outstanding.h"
#include "engine/balance/round_robin.h"
#include "engine/balance/slow_start.h"
#include "engine/balance/weighted_random.h"

namespace spillway::balance {
namespace {

using observe::TargetState;

TargetState stateOf(const TargetSnapshot& target) {
  return target.runtime->state.load(std::memory_order_relaxed);
}

/// ALB does not say whether fail-open takes targets in their first checks: at a desk an answer from a target
/// that is just starting is worth more than a 503.
bool isRoutable(TargetState state) {
  return state == TargetState::Healthy || state == TargetState::Unhealthy || state == TargetState::Initial;
}

/// Percentages refer to the registered targets; either threshold is enough.
bool isTooFew(std::size_t healthy, std::size_t registered, const config::MinimumHealthyTargets& minimum) {
  if (minimum.count && healthy < *minimum.count) return true;
  return minimum.percentage && healthy * 100 < registered * *minimum.percentage;
}

std::chrono::seconds slowStartOf(const GroupSnapshot& group) {
  return std::chrono::seconds(group.settings.attributes.slowStartSeconds);
}

}  // namespace

void Selector::renew(View& view, const GroupSnapshot& group) {
  view.usable.clear();
  view.slowUntil = {};
  for (const TargetSnapshot& target : group.targets) {
    if (stateOf(target) != TargetState::Healthy) continue;
    view.usable.push_back(&target);
    view.slowUntil = std::max(view.slowUntil, slowStartEnd(*target.runtime, slowStartOf(group)));
  }
  view.failOpen =
      isTooFew(view.usable.size(), group.targets.size(), group.settings.attributes.unhealthyStateRouting);
  if (!view.failOpen) return;
  view.usable.clear();
  view.slowUntil = {};
  for (const TargetSnapshot& target : group.targets) {
    if (isRoutable(stateOf(target))) view.usable.push_back(&target);
  }
}

Pick Selector::pick(const GroupSnapshot& group, const PickRequest& request) {
  View& view = views_[group.serial];
  const std::uint32_t epoch = group.runtime->healthEpoch.load(std::memory_order_acquire);
  if (view.epoch != epoch) {
    view.epoch = epoch;
    renew(view, group);
  }
  if (view.usable.empty()) return {};
  if (const TargetSnapshot* sticky = request.sticky; sticky && !isPassedOver(request, *sticky)) {
    const TargetState state = stateOf(*sticky);
    if (state == TargetState::Healthy || (view.failOpen && isRoutable(state))) return {sticky, view.failOpen};
  }
  return {&choose(view, group, request), view.failOpen};
}

const TargetSnapshot& Selector::choose(const View& view, const GroupSnapshot& group,
                                       const PickRequest& request) {
  Cursor& cursor = group.runtime->cursor;
  switch (group.settings.attributes.algorithm) {
    case config::Algorithm::LeastOutstandingRequests:
      return leastOutstanding(view.usable, cursor, request);
    case config::Algorithm::WeightedRandom:
      return weightedRandom(view.usable, request, random_);
    case config::Algorithm::RoundRobin:
      break;
  }
  if (request.now >= view.slowUntil) return roundRobin(view.usable, cursor, request);
  return slowRoundRobin(view.usable, cursor, request, slowStartOf(group), random_);
}

}  // namespace spillway::balance
