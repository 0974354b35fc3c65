// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/health/health_history.h"

#include <algorithm>

namespace spillway::ui {

std::vector<TargetId> HealthHistory::ingest(const std::vector<observe::Event>& events) {
  std::vector<TargetId> touched;
  for (const observe::Event& event : events) {
    if (event.kind != observe::EventKind::Health || !event.health) continue;
    const TargetId& target = event.health->target;
    if (!past_.contains(target) && past_.size() >= kTargets) past_.erase(past_.begin());
    Past& past = past_[target];
    if (event.health->isCheck) past.checks.push_back(event.health);
    if (past.checks.size() > kChecks) past.checks.pop_front();
    if (event.health->changed) past.transitions.push_front(event.health);
    if (past.transitions.size() > kTransitions) past.transitions.pop_back();
    if (std::find(touched.begin(), touched.end(), target) == touched.end()) touched.push_back(target);
  }
  return touched;
}

const HealthHistory::Past& HealthHistory::of(const TargetId& target) const {
  static const Past kNothing;
  const auto found = past_.find(target);
  return found == past_.end() ? kNothing : found->second;
}

}  // namespace spillway::ui
