// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "engine/base/clock.h"

namespace spillway {

/// So many a second, evenly, and as many at once after a pause. One thread.
class RateBudget {
 public:
  /// Whether one more may be had now; `perSecond` may differ from call to call.
  bool take(TimePoint now, std::uint32_t perSecond) {
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = std::max(last_, now);
    left_ = std::min<double>(perSecond, left_ + std::max(seconds, 0.0) * perSecond);
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  TimePoint last_{};
  double left_ = 0;
};

}  // namespace spillway
