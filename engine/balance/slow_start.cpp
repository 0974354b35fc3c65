// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/slow_start.h"

#include <algorithm>

namespace spillway::balance {

using observe::TargetState;

double slowStartShare(TimePoint now, TimePoint since, std::chrono::seconds duration) {
  if (duration.count() == 0) return 1;
  const std::chrono::duration<double> passed = now - since;
  return std::clamp(passed / duration, 0.0, 1.0);
}

double slowStartShare(const TargetRuntime& target, TimePoint now, std::chrono::seconds duration) {
  const std::int64_t since = target.slowStartSince.load(std::memory_order_relaxed);
  return since == 0 ? 1 : slowStartShare(now, TimePoint(Duration(since)), duration);
}

TimePoint slowStartEnd(const TargetRuntime& target, std::chrono::seconds duration) {
  const std::int64_t since = target.slowStartSince.load(std::memory_order_relaxed);
  return since == 0 ? TimePoint{} : TimePoint(Duration(since)) + duration;
}

void onBecameHealthy(const GroupSnapshot& group, TargetRuntime& target, TimePoint now) {
  const std::chrono::seconds duration(group.settings.attributes.slowStartSeconds);
  const auto isAnother = [&](const TargetSnapshot& other) { return other.runtime.get() != &target; };
  const auto isHealthy = [](const TargetSnapshot& other) {
    return other.runtime->state.load(std::memory_order_relaxed) == TargetState::Healthy;
  };
  const bool isFirst = std::ranges::none_of(
      group.targets, [&](const auto& other) { return isAnother(other) && isHealthy(other); });
  const bool hasCarrier = std::ranges::any_of(group.targets, [&](const auto& other) {
    return isAnother(other) && isHealthy(other) && slowStartEnd(*other.runtime, duration) <= now;
  });
  const bool slow = duration.count() > 0 && hasCarrier && !target.skipsSlowStart;
  target.slowStartSince.store(slow ? now.time_since_epoch().count() : 0, std::memory_order_relaxed);
  target.skipsSlowStart = false;
  if (!isFirst) return;
  for (const TargetSnapshot& other : group.targets) {
    if (isAnother(other) && other.runtime->state.load(std::memory_order_relaxed) == TargetState::Initial)
      other.runtime->skipsSlowStart = true;
  }
}

}  // namespace spillway::balance
