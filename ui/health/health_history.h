// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <vector>

#include "engine/observe/events.h"

namespace spillway::ui {

/// The last checks and changes of each target, from Health events. Bounded per target and in targets.
class HealthHistory {
 public:
  static constexpr std::size_t kChecks = 60;
  static constexpr std::size_t kTransitions = 100;
  static constexpr std::size_t kTargets = 1000;

  using HealthPtr = std::shared_ptr<const observe::HealthEvent>;
  struct Past {
    std::deque<HealthPtr> checks;       ///< oldest first
    std::deque<HealthPtr> transitions;  ///< newest first
  };

  /// The targets that got something new.
  std::vector<TargetId> ingest(const std::vector<observe::Event>& events);
  /// Empty when nothing is known of it.
  const Past& of(const TargetId& target) const;

 private:
  std::map<TargetId, Past> past_;
};

}  // namespace spillway::ui
