// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/health/target_status.h"
#include "ui/health/group_health.h"

namespace spillway::ui {

/// Words for the desktop.
struct Notice {
  QString title, words;
};

/// Decides which changes of target groups' health are worth a notice, and words it. Changes that come
/// together are one notice, and there are few in a minute: what one that was kept back would have told is
/// told later, if it still holds. Pure.
class GroupAlarms {
 public:
  static constexpr std::size_t kPerMinute = 4;
  static constexpr std::size_t kLines = 5;  ///< groups that one notice names

  /// The targets as they are now.
  std::optional<Notice> take(const std::vector<TargetStatus>& targets, TimePoint now);

 private:
  bool mayTell(TimePoint now);

  std::map<std::string, GroupHealth> told_;  ///< what the reader knows; a new group is thought healthy
  std::deque<TimePoint> notices_;            ///< of the last minute
};

}  // namespace spillway::ui
