// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/metric_series.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>
#include <utility>

#include "engine/observe/histogram.h"
#include "engine/observe/metric_frames.h"

namespace spillway::observe {
namespace {

constexpr std::size_t kSecondsBudget = 64u << 20;
constexpr std::size_t kMinutesBudget = 32u << 20;
/// More steps than a day has seconds are nobody's wish.
constexpr std::int64_t kMostSteps = 86'400;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// The steps of a range.
struct Steps {
  WallTime first{};
  WallTime::duration length{};
  std::size_t count = 0;

  explicit Steps(const SeriesRange& range) : length(std::max(range.step, std::chrono::seconds(1))) {
    first = range.from - range.from.time_since_epoch() % length;
    if (range.to <= first) return;
    const auto whole = (range.to - first + length - WallTime::duration(1)) / length;
    count = static_cast<std::size_t>(std::min<std::int64_t>(whole, kMostSteps));
  }
  WallTime begin(std::size_t step) const { return first + length * static_cast<std::int64_t>(step); }
  WallTime end() const { return begin(count); }
  /// The steps that [begin, end) touches: first and one past the last.
  std::pair<std::size_t, std::size_t> touchedBy(WallTime from, WallTime to) const {
    from = std::max(from, first);
    to = std::min(to, end());
    if (from >= to) return {0, 0};
    const auto last = (to - first - WallTime::duration(1)) / length;
    return {static_cast<std::size_t>((from - first) / length), static_cast<std::size_t>(last) + 1};
  }
};

WallTime::duration overlap(WallTime begin, WallTime end, WallTime otherBegin, WallTime otherEnd) {
  return std::min(end, otherEnd) - std::max(begin, otherBegin);
}

std::uint64_t valueIn(const MetricSlice& slice, const SeriesMetric& metric) {
  const auto at = std::ranges::find(slice.samples, metric, &MetricSlice::Sample::metric);
  return at == slice.samples.end() ? 0 : at->value;
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

struct MetricSeries::Impl {
  mutable std::mutex mutex;
  PartNumbers numbers;
  MetricFrames seconds{std::chrono::seconds(1), kSeconds, kSecondsBudget};
  MetricFrames minutes{std::chrono::minutes(1), kMinutes, kMinutesBudget};

  /// Calls work(frame, begin) with the frames that touch the steps, each time once: the minutes tell of what
  /// the seconds have forgotten. `begin` is where the frame's own time begins.
  template <class Work>
  void eachFrame(const Steps& steps, const Work& work) const {
    WallTime from = steps.first;
    const auto isBefore = [&](const MetricFrame& frame) { return frame.end <= from; };
    const auto& fine = seconds.frames();
    const auto& coarse = minutes.frames();
    for (auto frame = std::partition_point(coarse.begin(), coarse.end(), isBefore);
         frame != coarse.end() && frame->begin < steps.end(); ++frame) {
      if (!fine.empty() && frame->begin >= fine.front().begin) break;
      work(*frame, frame->begin);
      from = std::max(from, frame->end);
    }
    for (auto frame = std::partition_point(fine.begin(), fine.end(), isBefore);
         frame != fine.end() && frame->begin < steps.end(); ++frame)
      work(*frame, std::max(frame->begin, from));
  }
};

MetricSeries::MetricSeries() : impl_(std::make_unique<Impl>()) {}
MetricSeries::~MetricSeries() = default;

void MetricSeries::add(MetricsReading now, WallTime wall) {
  const auto shared = std::make_shared<const MetricsReading>(std::move(now));
  const std::lock_guard lock(impl_->mutex);
  impl_->seconds.add(shared, wall, impl_->numbers);
  impl_->minutes.add(shared, wall, impl_->numbers);
}

std::vector<SeriesPoint> MetricSeries::values(const SeriesPart& part, const SeriesMetric& metric,
                                              const SeriesRange& range) const {
  const Steps steps(range);
  std::vector<SeriesPoint> points(steps.count);
  for (std::size_t i = 0; i < steps.count; ++i)
    points[i] = {steps.begin(i), kUnknown};
  const std::lock_guard lock(impl_->mutex);
  const auto numbers = impl_->numbers.thatMakeUp(part);
  impl_->eachFrame(steps, [&](const MetricFrame& frame, WallTime begin) {
    double value = 0;
    for (const std::uint32_t number : numbers) {
      if (const MetricSlice* slice = frame.find(number))
        value += static_cast<double>(valueIn(*slice, metric));
    }
    const auto [first, last] = steps.touchedBy(begin, frame.end);
    for (std::size_t i = first; i < last; ++i) {
      double& known = points[i].value;
      if (std::isnan(known)) known = 0;
      if (metric.kind == SeriesMetric::Kind::Gauge) {
        known = std::max(known, value);
        continue;
      }
      // A frame may lie in several steps: it is taken to be even.
      const auto shared = overlap(begin, frame.end, steps.begin(i), steps.begin(i + 1));
      known += value * static_cast<double>(shared.count()) /
               static_cast<double>((frame.end - frame.begin).count());
    }
  });
  return points;
}

std::vector<LatencyPoint> MetricSeries::latencies(const SeriesPart& part, Latency latency,
                                                  const SeriesRange& range) const {
  const Steps steps(range);
  std::vector<HistogramReading> times(steps.count);
  {
    const std::lock_guard lock(impl_->mutex);
    const auto numbers = impl_->numbers.thatMakeUp(part);
    impl_->eachFrame(steps, [&](const MetricFrame& frame, WallTime begin) {
      const auto [first, last] = steps.touchedBy(begin, frame.end);
      for (std::size_t i = first; i < last; ++i) {
        // A distribution cannot be shared out: it belongs to the steps that it covers by half.
        const auto shared = overlap(begin, frame.end, steps.begin(i), steps.begin(i + 1));
        if (2 * shared < std::min(frame.end - frame.begin, steps.length)) continue;
        for (const std::uint32_t number : numbers) {
          if (const MetricSlice* slice = frame.find(number))
            addTo(times[i], slice->latencies[static_cast<std::size_t>(latency)]);
        }
      }
    });
  }
  std::vector<LatencyPoint> points;
  for (std::size_t i = 0; i < steps.count; ++i)
    points.push_back(pointOf(steps.begin(i), times[i]));
  return points;
}

std::vector<SeriesPart> MetricSeries::parts() const {
  const std::lock_guard lock(impl_->mutex);
  std::set<SeriesPart> found;
  for (const auto& [part, number] : impl_->numbers.all()) {
    found.insert(part);
    if (const auto* listener = std::get_if<ListenerId>(&part))
      found.insert(LoadBalancerName{listener->loadBalancer});
  }
  return {found.begin(), found.end()};
}

std::vector<SeriesMetric> MetricSeries::metrics(const SeriesPart& part) const {
  const std::lock_guard lock(impl_->mutex);
  std::set<SeriesMetric> found;
  for (const std::uint32_t number : impl_->numbers.thatMakeUp(part)) {
    for (const auto* level : {&impl_->seconds, &impl_->minutes}) {
      for (const auto& frame : level->frames()) {
        const MetricSlice* slice = frame.find(number);
        if (!slice) continue;
        for (const auto& sample : slice->samples)
          found.insert(sample.metric);
      }
    }
  }
  return {found.begin(), found.end()};
}

std::size_t MetricSeries::bytes() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->seconds.bytes() + impl_->minutes.bytes();
}

}  // namespace spillway::observe
