// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <chrono>
#include <optional>

#include "engine/base/clock.h"

namespace spillway::ui {

/// What stretch of time the dashboard shows: the last so many seconds, or a fixed one. A value.
class TimeRange {
 public:
  static constexpr std::chrono::seconds kShortest{30}, kLongest{7 * 24 * 3600};

  explicit TimeRange(std::chrono::seconds last) : length_(last) {}

  bool isLive() const { return !end_; }
  std::chrono::seconds length() const { return length_; }
  WallTime end(WallTime now) const { return end_.value_or(now); }
  WallTime begin(WallTime now) const { return end(now) - length_; }
  /// What one point stands for: 300 points at the most.
  std::chrono::seconds step() const;
  /// "Last 5 min", or from when to when.
  QString words() const;

  /// `factor` < 1 shows less time; the moment `around` stays where it is. At the right edge a live range
  /// stays live.
  TimeRange zoomed(double factor, WallTime around, WallTime now) const;
  /// Earlier by so much (later: negative); never into the future.
  TimeRange moved(WallTime::duration earlier, WallTime now) const;
  /// Stands still where it is.
  TimeRange held(WallTime now) const;
  /// Goes on with time.
  TimeRange live() const { return TimeRange(length_); }

 private:
  std::chrono::seconds length_;
  std::optional<WallTime> end_;  ///< nullopt: now
};

}  // namespace spillway::ui
