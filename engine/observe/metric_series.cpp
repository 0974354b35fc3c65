// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/metric_series.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "engine/observe/metric_frames.h"
#include "engine/observe/series_sum.h"

namespace spillway::observe {
namespace {

constexpr std::size_t kSecondsBudget = 24u << 20;
constexpr std::size_t kMinutesBudget = 12u << 20;

}  // namespace

struct MetricSeries::Impl {
  mutable std::mutex mutex;
  PartNumbers numbers;
  MetricFrames seconds{std::chrono::seconds(1), kSeconds, kSecondsBudget};
  MetricFrames minutes{std::chrono::minutes(1), kMinutes, kMinutesBudget};

  /// Calls work(frame, begin) with the frames that touch the stretch, each time once: the minutes tell of
  /// what the seconds have forgotten. `begin` is where the frame's own time begins.
  template <class Work>
  void eachFrame(WallTime from, WallTime end, const Work& work) const {
    const auto isBefore = [&](const PackedFrame& frame) { return frame.end <= from; };
    const auto& fine = seconds.frames();
    const auto& coarse = minutes.frames();
    for (auto frame = std::partition_point(coarse.begin(), coarse.end(), isBefore);
         frame != coarse.end() && frame->begin < end; ++frame) {
      if (!fine.empty() && frame->begin >= fine.front().begin) break;
      work(*frame, frame->begin);
      from = std::max(from, frame->end);
    }
    for (auto frame = std::partition_point(fine.begin(), fine.end(), isBefore);
         frame != fine.end() && frame->begin < end; ++frame)
      work(*frame, std::max(frame->begin, from));
  }
};

MetricSeries::MetricSeries() : impl_(std::make_unique<Impl>()) {}
MetricSeries::~MetricSeries() = default;

bool MetricSeries::add(MetricsReading now, WallTime wall) {
  const auto shared = std::make_shared<const MetricsReading>(std::move(now));
  const std::lock_guard lock(impl_->mutex);
  impl_->minutes.add(shared, wall, impl_->numbers);
  return impl_->seconds.add(shared, wall, impl_->numbers);
}

void MetricSeries::sum(const SeriesPart& part, SeriesSum& sum) const {
  const std::lock_guard lock(impl_->mutex);
  const auto numbers = impl_->numbers.thatMakeUp(part);
  std::vector<MetricSlice> room(numbers.size());
  std::vector<const MetricSlice*> slices;
  impl_->eachFrame(sum.begin(), sum.end(), [&](const PackedFrame& frame, WallTime begin) {
    slices.clear();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (frame.take(numbers[i], room[i])) slices.push_back(&room[i]);
    }
    sum.add(frame.begin, frame.end, slices, begin);
  });
}

std::vector<SeriesPoint> MetricSeries::values(const SeriesPart& part, const SeriesMetric& metric,
                                              const SeriesRange& range) const {
  SeriesSum sums(range);
  sum(part, sums);
  return sums.values(metric);
}

std::vector<LatencyPoint> MetricSeries::latencies(const SeriesPart& part, Latency latency,
                                                  const SeriesRange& range) const {
  SeriesSum sums(range, {latency});
  sum(part, sums);
  return sums.latencies(latency);
}

std::optional<WallTime> MetricSeries::begin() const {
  const std::lock_guard lock(impl_->mutex);
  std::optional<WallTime> first;
  for (const auto* level : {&impl_->minutes, &impl_->seconds}) {
    if (level->frames().empty()) continue;
    const WallTime begin = level->frames().front().begin;
    first = first ? std::min(*first, begin) : begin;
  }
  return first;
}

NamedFrame MetricSeries::newest() const {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->seconds.frames().empty()) return {};
  const PackedFrame& frame = impl_->seconds.frames().back();
  NamedFrame named{frame.begin, frame.end, {}};
  for (const auto& [part, number] : impl_->numbers.all()) {
    MetricSlice slice;
    if (frame.take(number, slice)) named.slices.emplace_back(part, std::move(slice));
  }
  return named;
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

std::map<SeriesMetric, WallTime> MetricSeries::lastSeen(const SeriesPart& part) const {
  const std::lock_guard lock(impl_->mutex);
  const auto numbers = impl_->numbers.thatMakeUp(part);
  std::map<SeriesMetric, WallTime> seen;
  MetricSlice slice;
  impl_->eachFrame(WallTime::min(), WallTime::max(), [&](const PackedFrame& frame, WallTime /*begin*/) {
    for (const std::uint32_t number : numbers) {
      if (!frame.take(number, slice)) continue;
      for (const auto& sample : slice.samples)
        seen[sample.metric] = frame.end;
    }
  });
  return seen;
}

std::size_t MetricSeries::bytes() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->seconds.bytes() + impl_->minutes.bytes();
}

}  // namespace spillway::observe
