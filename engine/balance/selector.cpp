// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/selector.h"

#include <algorithm>

#include "engine/balance/least_outstanding.h"
#include "engine/balance/round_robin.h"
#include "engine/balance/slow_start.h"
#include "engine/balance/weighted_random.h"

namespace spillway::balance {
namespace {

std::chrono::seconds slowStartOf(const GroupSnapshot& group) {
  return std::chrono::seconds(group.settings.attributes.slowStartSeconds);
}

}  // namespace

void Selector::renew(View& view, const GroupSnapshot& group) {
  view.usable.clear();
  view.slowUntil = {};
  view.failOpen = failsOpen(group);
  for (const TargetSnapshot& target : group.targets) {
    if (!mayUse(target, view.failOpen)) continue;
    view.usable.push_back(&target);
    if (!view.failOpen)
      view.slowUntil = std::max(view.slowUntil, slowStartEnd(*target.runtime, slowStartOf(group)));
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
    if (mayUse(*sticky, view.failOpen)) return {sticky, view.failOpen};
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
