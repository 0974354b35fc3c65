// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace spillway::balance {

/// A fast source of random numbers for choices (SplitMix64; Steele, Lea, Flood 2014). Not for secrets. The
/// same seed gives the same numbers. One per thread.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  /// Seeded by the system: a different one each time.
  static Random unpredictable();

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = (state_ ^ (state_ >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31);
  }
  /// 0 … count - 1, evenly; `count` is not 0.
  std::uint32_t below(std::uint32_t count) {
    return static_cast<std::uint32_t>(((next() >> 32) * count) >> 32);
  }
  /// 0 ≤ x < 1, evenly.
  double fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace spillway::balance
