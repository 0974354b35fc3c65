// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/metric_frames.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "engine/observe/metric_body.h"

namespace spillway::observe {
namespace {

struct HostCounts {
  std::uint64_t healthy = 0, unhealthy = 0;
};

SparseHistogram sparse(const HistogramReading& reading) {
  SparseHistogram histogram;
  if (reading.count == 0) return histogram;
  const auto isUsed = [](std::uint64_t count) { return count != 0; };
  histogram.buckets.reserve(static_cast<std::size_t>(std::ranges::count_if(reading.buckets, isUsed)));
  for (std::size_t i = 0; i < reading.buckets.size(); ++i) {
    const auto count = static_cast<std::uint32_t>(reading.buckets[i]);
    if (count) histogram.buckets.push_back({static_cast<std::uint16_t>(i), count});
  }
  histogram.sum = reading.sum;
  return histogram;
}

/// Builds the slices of one frame.
class FrameMaker {
 public:
  explicit FrameMaker(PartNumbers& numbers) : numbers_(numbers) {}

  void add(const SeriesPart& part, const PartReading& now, const PartReading* earlier,
           const HostCounts& hosts = {}) {
    const PartReading change = earlier ? now.since(*earlier) : now;
    MetricSlice slice;
    for (std::size_t i = 0; i < kCounts; ++i)
      put(slice, SeriesMetric::of(static_cast<Count>(i)), change.*kCountMembers[i]);
    for (const auto& [key, count] : change.httpStatus)
      put(slice, SeriesMetric::of(key), count);
    for (const auto& [code, count] : change.grpcStatus)
      put(slice, SeriesMetric::ofGrpcStatus(code), count);
    put(slice, SeriesMetric::of(Gauge::ActiveStreams), static_cast<std::uint64_t>(now.activeStreams));
    put(slice, SeriesMetric::of(Gauge::ActiveConnections), static_cast<std::uint64_t>(now.activeConnections));
    put(slice, SeriesMetric::of(Gauge::ActiveTargetConnections),
        static_cast<std::uint64_t>(now.activeTargetConnections));
    put(slice, SeriesMetric::of(Gauge::HealthyHosts), hosts.healthy);
    put(slice, SeriesMetric::of(Gauge::UnhealthyHosts), hosts.unhealthy);
    if (slice.samples.empty()) return;
    slice.part = numbers_.of(part);
    if (slice.part == PartNumbers::kNone) return;
    slice.latencies = {sparse(change.duration), sparse(change.targetResponse)};
    slices_.push_back(std::move(slice));
  }

  template <class Key, class ToPart>
  void addAll(const std::map<Key, PartReading>& now, const std::map<Key, PartReading>& earlier,
              const ToPart& toPart) {
    for (const auto& [key, part] : now) {
      const auto before = earlier.find(key);
      add(toPart(key), part, before == earlier.end() ? nullptr : &before->second);
    }
  }

  std::vector<MetricSlice> take() {
    std::ranges::sort(slices_, {}, &MetricSlice::part);
    return std::move(slices_);
  }

 private:
  static void put(MetricSlice& slice, SeriesMetric metric, std::uint64_t value) {
    if (value) slice.samples.push_back({metric, value});
  }

  PartNumbers& numbers_;
  std::vector<MetricSlice> slices_;
};

std::map<std::string, HostCounts> countHosts(const MetricsReading& reading) {
  std::map<std::string, HostCounts> groups;
  for (const auto& [id, host] : reading.hosts) {
    if (host.state == TargetState::Healthy) ++groups[id.group].healthy;
    if (host.state == TargetState::Unhealthy) ++groups[id.group].unhealthy;
  }
  return groups;
}

bool follows(const MetricsReading& now, const MetricsReading& earlier) {
  return earlier.time != TimePoint{} && now.time > earlier.time &&
         std::ranges::all_of(kCountMembers,
                             [&](const auto member) { return now.total.*member >= earlier.total.*member; });
}

}  // namespace

PackedFrame::PackedFrame(const MetricFrame& frame) : begin(frame.begin), end(frame.end) {
  places_.reserve(frame.slices.size());
  for (const MetricSlice& slice : frame.slices) {
    appendSlice(bytes_, slice);
    places_.push_back({slice.part, static_cast<std::uint32_t>(bytes_.size())});
  }
  bytes_.shrink_to_fit();
}

std::size_t PackedFrame::bytes() const {
  return sizeof(PackedFrame) + bytes_.capacity() + places_.capacity() * sizeof(Place);
}

bool PackedFrame::take(std::uint32_t part, MetricSlice& slice) const {
  const auto at = std::ranges::lower_bound(places_, part, {}, &Place::part);
  if (at == places_.end() || at->part != part) return false;
  const std::size_t first = at == places_.begin() ? 0 : std::prev(at)->end;
  slice.part = part;
  return decodeSlice(std::string_view(bytes_).substr(first, at->end - first), slice);
}

std::uint32_t PartNumbers::of(const SeriesPart& part) {
  const auto known = numbers_.find(part);
  if (known != numbers_.end()) return known->second;
  if (numbers_.size() >= MetricSeries::kMostParts) return kNone;
  const auto number = static_cast<std::uint32_t>(numbers_.size());
  numbers_.emplace(part, number);
  return number;
}

std::vector<std::uint32_t> PartNumbers::thatMakeUp(const SeriesPart& part) const {
  std::vector<std::uint32_t> found;
  const auto* balancer = std::get_if<LoadBalancerName>(&part);
  for (const auto& [known, number] : numbers_) {
    const auto* listener = std::get_if<ListenerId>(&known);
    const bool isIn = balancer && listener && listener->loadBalancer == balancer->name;
    if (isIn || known == part) found.push_back(number);
  }
  return found;
}

MetricFrame frameBetween(const MetricsReading& earlier, const MetricsReading& now, PartNumbers& numbers) {
  FrameMaker maker(numbers);
  maker.add(std::monostate{}, now.total, &earlier.total);
  maker.addAll(now.listeners, earlier.listeners, [](const ListenerId& id) { return SeriesPart(id); });
  auto hosts = countHosts(now);
  for (const auto& [name, part] : now.groups) {
    const auto before = earlier.groups.find(name);
    maker.add(TargetGroupName{name}, part, before == earlier.groups.end() ? nullptr : &before->second,
              hosts[name]);
  }
  maker.addAll(now.targets, earlier.targets, [](const TargetId& id) { return SeriesPart(id); });
  maker.addAll(now.grpcMethods, earlier.grpcMethods, [](const MethodId& id) { return SeriesPart(id); });
  MetricFrame frame;
  frame.slices = maker.take();
  return frame;
}

bool MetricFrames::add(const std::shared_ptr<const MetricsReading>& now, WallTime wall,
                       PartNumbers& numbers) {
  const WallTime end = wall - wall.time_since_epoch() % resolution_;
  if (end < lastEnd_) forgetAfter(end);
  if (end < lastEnd_ || !follows(*now, *last_)) {
    last_ = now;
    lastEnd_ = end;
    begin_ = std::chrono::floor<std::chrono::seconds>(wall);
    return false;
  }
  if (end == lastEnd_) return false;
  MetricFrame frame = frameBetween(*last_, *now, numbers);
  // While the machine sleeps only the wall clock goes on: that time stays unknown.
  frame.begin = std::max(begin_, end - std::chrono::ceil<std::chrono::seconds>(now->time - last_->time));
  frame.end = end;
  push(PackedFrame(frame));
  last_ = now;
  lastEnd_ = begin_ = end;
  return true;
}

void MetricFrames::push(PackedFrame frame) {
  bytes_ += frame.bytes();
  frames_.push_back(std::move(frame));
  const auto isOver = [&] {
    return frames_.size() > 1 && (bytes_ > budget_ || frames_.front().end <= frames_.back().end - length_);
  };
  while (isOver()) {
    bytes_ -= frames_.front().bytes();
    frames_.pop_front();
  }
}

/// The wall clock was set back: what it will tell again is forgotten.
void MetricFrames::forgetAfter(WallTime end) {
  while (!frames_.empty() && frames_.back().end > end) {
    bytes_ -= frames_.back().bytes();
    frames_.pop_back();
  }
}

}  // namespace spillway::observe
