// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/series_sum.h"

#include <algorithm>
#include <limits>

#include "engine/observe/histogram.h"

namespace spillway::observe {
namespace {

/// More steps than a day has seconds are nobody's wish.
constexpr std::int64_t kMostSteps = 86'400;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

WallTime::duration overlap(WallTime begin, WallTime end, WallTime otherBegin, WallTime otherEnd) {
  return std::min(end, otherEnd) - std::max(begin, otherBegin);
}

void addTo(HistogramReading& reading, const SparseHistogram& histogram) {
  reading.buckets.resize(kHistogramBuckets);
  for (const auto& [index, count] : histogram.buckets) {
    reading.buckets[index] += count;
    reading.count += count;
  }
  reading.sum += histogram.sum;
}

LatencyPoint pointOf(WallTime begin, const HistogramReading& times) {
  if (times.count == 0) return {begin, 0, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown};
  return {begin,
          times.count,
          times.average(),
          times.percentile(0.5),
          times.percentile(0.9),
          times.percentile(0.99),
          times.percentile(0.999)};
}

}  // namespace

SeriesSteps::SeriesSteps(const SeriesRange& range) : length_(std::max(range.step, std::chrono::seconds(1))) {
  first_ = range.from - range.from.time_since_epoch() % length_;
  if (range.to <= first_) return;
  const auto whole = (range.to - first_ + length_ - WallTime::duration(1)) / length_;
  count_ = static_cast<std::size_t>(std::min<std::int64_t>(whole, kMostSteps));
}

std::pair<std::size_t, std::size_t> SeriesSteps::touchedBy(WallTime from, WallTime to) const {
  from = std::max(from, first_);
  to = std::min(to, end());
  if (from >= to) return {0, 0};
  const auto last = (to - first_ - WallTime::duration(1)) / length_;
  return {static_cast<std::size_t>((from - first_) / length_), static_cast<std::size_t>(last) + 1};
}

SeriesSum::SeriesSum(const SeriesRange& range, std::initializer_list<Latency> latencies)
    : steps_(range), known_(steps_.count()) {
  for (const Latency latency : latencies)
    latencies_[latency].resize(steps_.count());
}

void SeriesSum::add(WallTime frameBegin, WallTime frameEnd, std::span<const MetricSlice* const> slices,
                    WallTime from) {
  const auto [first, last] = steps_.touchedBy(from, frameEnd);
  for (std::size_t i = first; i < last; ++i)
    known_[i] += overlap(from, frameEnd, steps_.begin(i), steps_.begin(i + 1));
  std::map<SeriesMetric, std::uint64_t> together;
  for (const MetricSlice* slice : slices) {
    for (const auto& [metric, value] : slice->samples)
      together[metric] += value;
  }
  for (const auto& [metric, value] : together)
    addValue(metric, static_cast<double>(value), {frameBegin, frameEnd, from});
  for (std::size_t i = first; i < last; ++i) {
    // A distribution cannot be shared out: it belongs to the steps that it covers by half.
    const auto shared = overlap(from, frameEnd, steps_.begin(i), steps_.begin(i + 1));
    if (2 * shared < std::min(frameEnd - from, steps_.length())) continue;
    for (auto& [latency, times] : latencies_) {
      for (const MetricSlice* slice : slices)
        addTo(times[i], slice->latencies[static_cast<std::size_t>(latency)]);
    }
  }
}

void SeriesSum::addValue(const SeriesMetric& metric, double value, const Stretch& frame) {
  std::vector<double>& sums = values_[metric];
  sums.resize(steps_.count());
  const auto [first, last] = steps_.touchedBy(frame.from, frame.end);
  for (std::size_t i = first; i < last; ++i) {
    if (metric.kind == SeriesMetric::Kind::Gauge) {
      sums[i] = std::max(sums[i], value);
      continue;
    }
    // A frame may lie in several steps: it is taken to be even.
    const auto shared = overlap(frame.from, frame.end, steps_.begin(i), steps_.begin(i + 1));
    sums[i] +=
        value * static_cast<double>(shared.count()) / static_cast<double>((frame.end - frame.begin).count());
  }
}

std::vector<SeriesMetric> SeriesSum::metrics() const {
  std::vector<SeriesMetric> found;
  for (const auto& [metric, sums] : values_)
    found.push_back(metric);
  return found;
}

std::vector<SeriesPoint> SeriesSum::values(const SeriesMetric& metric) const {
  const auto found = values_.find(metric);
  std::vector<SeriesPoint> points(steps_.count());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double sum = found == values_.end() ? 0 : found->second[i];
    points[i] = {steps_.begin(i), known_[i].count() > 0 ? sum : kUnknown};
  }
  return points;
}

std::vector<LatencyPoint> SeriesSum::latencies(Latency latency) const {
  const auto found = latencies_.find(latency);
  std::vector<LatencyPoint> points;
  for (std::size_t i = 0; i < steps_.count(); ++i)
    points.push_back(
        pointOf(steps_.begin(i), found == latencies_.end() ? HistogramReading() : found->second[i]));
  return points;
}

LatencyPoint SeriesSum::allLatencies(Latency latency) const {
  HistogramReading all;
  if (const auto found = latencies_.find(latency); found != latencies_.end()) {
    for (const HistogramReading& times : found->second)
      all += times;
  }
  return pointOf(begin(), all);
}

std::vector<double> SeriesSum::knownSeconds() const {
  std::vector<double> seconds;
  for (const WallTime::duration known : known_)
    seconds.push_back(std::chrono::duration<double>(known).count());
  return seconds;
}

}  // namespace spillway::observe
