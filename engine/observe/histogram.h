// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace spillway::observe {

/// Buckets of a log-linear histogram: exact up to 32, then 16 steps per power of two (an error of 1/16 at the
/// most), up to 2^40 microseconds (12 days).
inline constexpr std::size_t kHistogramBuckets = 16 + 37 * 16;

constexpr std::size_t histogramBucket(std::uint64_t value) {
  if (value < 16) return static_cast<std::size_t>(value);
  constexpr std::uint64_t kLargest = (std::uint64_t{1} << 41) - 1;
  if (value > kLargest) value = kLargest;
  const auto shift = static_cast<std::size_t>(std::bit_width(value)) - 5;
  return 16 + shift * 16 + static_cast<std::size_t>((value >> shift) & 15);
}

/// The smallest value that falls into a bucket.
constexpr std::uint64_t histogramLowest(std::size_t bucket) {
  if (bucket < 16) return bucket;
  const std::size_t shift = (bucket - 16) / 16;
  return (std::uint64_t{16} + (bucket - 16) % 16) << shift;
}

}  // namespace spillway::observe
