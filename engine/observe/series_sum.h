// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "engine/observe/metric_frames.h"
#include "engine/observe/metric_series.h"

namespace spillway::observe {

/// The steps of a range.
class SeriesSteps {
 public:
  explicit SeriesSteps(const SeriesRange& range);
  std::size_t count() const { return count_; }
  WallTime::duration length() const { return length_; }
  WallTime begin(std::size_t step) const { return first_ + length_ * static_cast<std::int64_t>(step); }
  WallTime end() const { return begin(count_); }
  /// The steps that [from, to) touches: first and one past the last.
  std::pair<std::size_t, std::size_t> touchedBy(WallTime from, WallTime to) const;

 private:
  WallTime first_{};
  WallTime::duration length_{};
  std::size_t count_ = 0;
};

/// Sums what frames tell about one part into the steps of a range; the frames may come from memory and from
/// the history. One thread.
class SeriesSum {
 public:
  /// `latencies`: the histograms that are wanted.
  explicit SeriesSum(const SeriesRange& range, std::initializer_list<Latency> latencies = {});

  WallTime begin() const { return steps_.begin(0); }
  WallTime end() const { return steps_.end(); }
  /// What the part did in a frame; no slices: nothing. `from` is where the frame's time counts, if not whole.
  void add(WallTime frameBegin, WallTime frameEnd, std::span<const MetricSlice* const> slices, WallTime from);

  /// The metrics that were other than zero.
  std::vector<SeriesMetric> metrics() const;
  std::vector<SeriesPoint> values(const SeriesMetric&) const;
  std::vector<LatencyPoint> latencies(Latency) const;
  /// The whole range's distribution.
  LatencyPoint allLatencies(Latency) const;
  /// How much of each step is known, in seconds: values divided by it are rates. 0: nothing is.
  std::vector<double> knownSeconds() const;

 private:
  struct Stretch {
    WallTime begin{}, end{}, from{};
  };
  void addValue(const SeriesMetric&, double value, const Stretch& frame);

  SeriesSteps steps_;
  std::vector<WallTime::duration> known_;  ///< by step
  std::map<SeriesMetric, std::vector<double>> values_;
  std::map<Latency, std::vector<HistogramReading>> latencies_;
};

}  // namespace spillway::observe
