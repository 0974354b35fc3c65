// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace spillway {

/// A bounded queue between exactly one producing and one consuming thread. Neither ever waits.
template <class T>
class SpscRing {
 public:
  /// Capacity is rounded up to a power of two.
  explicit SpscRing(std::size_t capacity)
      : mask_(std::bit_ceil(capacity) - 1), slots_(std::make_unique<T[]>(mask_ + 1)) {}

  /// Producer: moves from `value`; false when full, and `value` is untouched then.
  bool push(T& value) { return pushBelow(mask_ + 1, value); }

  /// Producer: as push, but only where fewer than `most` wait: what matters more still finds room.
  bool pushBelow(std::size_t most, T& value) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - headSeen_ >= most) {
      headSeen_ = head_.load(std::memory_order_acquire);
      if (tail - headSeen_ >= most) return false;
    }
    slots_[tail & mask_] = std::move(value);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  /// Consumer: false when empty.
  bool pop(T& value) { return popBefore(tail_.load(std::memory_order_acquire), value); }

  /// Consumer: where the queue ends now, for popBefore.
  std::size_t end() const { return tail_.load(std::memory_order_acquire); }
  /// Consumer: as pop, but nothing that came after `end` was read.
  bool popBefore(std::size_t end, T& value) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == end) return false;
    value = std::exchange(slots_[head & mask_], T{});
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

 private:
  const std::size_t mask_;
  std::unique_ptr<T[]> slots_;
  alignas(64) std::atomic<std::size_t> tail_{0};
  std::size_t headSeen_ = 0;  ///< producer's last look at head_
  alignas(64) std::atomic<std::size_t> head_{0};
};

}  // namespace spillway
