// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>

#include "engine/base/clock.h"

namespace spillway::http {

/// A token bucket: `burst` at once, then `perSecond`.
class RateLimit {
 public:
  RateLimit(double burst, double perSecond) : burst_(burst), perSecond_(perSecond), tokens_(burst) {}
  /// Takes one; false when there is none.
  bool take(TimePoint now) {
    if (last_ != TimePoint{}) {
      const double seconds = std::chrono::duration<double>(now - last_).count();
      tokens_ = std::min(burst_, tokens_ + seconds * perSecond_);
    }
    last_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double burst_, perSecond_, tokens_;
  TimePoint last_{};
};

}  // namespace spillway::http
