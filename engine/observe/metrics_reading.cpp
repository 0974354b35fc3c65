// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/metrics_reading.h"

#include <algorithm>

#include "engine/observe/histogram.h"

namespace spillway::observe {

double HistogramReading::percentile(double fraction) const {
  if (count == 0) return 0;
  const double rank = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count);
  double below = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i] == 0) continue;
    const double inside = static_cast<double>(buckets[i]);
    if (below + inside >= rank) {
      const auto lowest = static_cast<double>(histogramLowest(i));
      const auto next = static_cast<double>(histogramLowest(i + 1));
      return lowest + (next - lowest) * (rank - below) / inside;
    }
    below += inside;
  }
  return static_cast<double>(histogramLowest(buckets.size()));
}

HistogramReading HistogramReading::since(const HistogramReading& earlier) const {
  HistogramReading difference = *this;
  for (std::size_t i = 0; i < std::min(earlier.buckets.size(), difference.buckets.size()); ++i) {
    difference.buckets[i] -= earlier.buckets[i];
  }
  difference.count -= earlier.count;
  return difference;
}

}  // namespace spillway::observe
