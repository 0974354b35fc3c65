// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace spillway {

/// Elapsed time and deadlines: never jumps.
using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;
using Duration = SteadyClock::duration;

/// What people read: wall clock, UTC, microseconds.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

inline WallTime wallNow() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace spillway
