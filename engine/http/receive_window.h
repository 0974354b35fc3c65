// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace spillway::http {

/// How many bytes of a stream may wait here: little at first, an eighth of what its reader has taken later. A
/// reader that never reads costs `smallest`; one that keeps up gets a window that does not slow it.
class ReceiveWindow {
 public:
  ReceiveWindow(std::uint32_t smallest, std::uint32_t largest) : size_(smallest), largest_(largest) {}

  std::uint32_t size() const { return size_; }
  /// The reader took `bytes`. True when the window has grown: by doubling, so that it happens seldom.
  bool consumed(std::size_t bytes) {
    taken_ += bytes;
    const auto wanted = std::min<std::uint64_t>(taken_ / 8, largest_);
    if (wanted < std::uint64_t{size_} * 2 && !(wanted == largest_ && size_ < largest_)) return false;
    size_ = static_cast<std::uint32_t>(wanted);
    return true;
  }

 private:
  std::uint32_t size_, largest_;
  std::uint64_t taken_ = 0;
};

}  // namespace spillway::http
