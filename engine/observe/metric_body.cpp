// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/metric_body.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

#include "engine/base/varint.h"
#include "engine/observe/histogram.h"

namespace spillway::observe {
namespace {

/// More of anything is no slice of ours.
constexpr std::uint64_t kMost = 100'000;

/// Takes numbers into these, in order; false where one is missing.
template <class... Numbers>
bool takeAll(std::string_view& bytes, Numbers&... numbers) {
  const auto one = [&](auto& number) {
    const auto value = takeVarint(bytes);
    if (value) number = static_cast<std::remove_reference_t<decltype(number)>>(*value);
    return value.has_value();
  };
  return (one(numbers) && ...);
}

bool takeSamples(std::string_view& bytes, std::vector<MetricSlice::Sample>& samples) {
  std::uint64_t count = 0;
  if (!takeAll(bytes, count) || count > kMost) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint8_t kind = 0;
    MetricSlice::Sample sample{};
    if (!takeAll(bytes, kind, sample.metric.code, sample.value)) return false;
    if (kind > static_cast<std::uint8_t>(SeriesMetric::Kind::Gauge)) return false;
    sample.metric.kind = static_cast<SeriesMetric::Kind>(kind);
    samples.push_back(sample);
  }
  return true;
}

bool takeHistogram(std::string_view& bytes, SparseHistogram& histogram) {
  std::uint64_t count = 0, index = 0;
  histogram.buckets.clear();
  if (!takeAll(bytes, count, histogram.sum) || count > kMost) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t step = 0;
    SparseHistogram::Bucket bucket{};
    if (!takeAll(bytes, step, bucket.count)) return false;
    index += step;
    if (index >= kHistogramBuckets) return false;
    bucket.index = static_cast<std::uint16_t>(index);
    histogram.buckets.push_back(bucket);
  }
  return true;
}

void addHistogram(SparseHistogram& sum, const SparseHistogram& histogram) {
  std::map<std::uint16_t, std::uint32_t> counts;
  for (const auto* one : {&std::as_const(sum), &histogram}) {
    for (const auto& [index, count] : one->buckets)
      counts[index] += count;
  }
  sum.sum += histogram.sum;
  sum.buckets.clear();
  for (const auto& [index, count] : counts)
    sum.buckets.push_back({index, count});
}

}  // namespace

void appendSlice(std::string& bytes, const MetricSlice& slice) {
  putVarint(bytes, slice.samples.size());
  for (const auto& [metric, value] : slice.samples) {
    putVarint(bytes, static_cast<std::uint64_t>(metric.kind));
    putVarint(bytes, metric.code);
    putVarint(bytes, value);
  }
  for (const SparseHistogram& histogram : slice.latencies) {
    putVarint(bytes, histogram.buckets.size());
    putVarint(bytes, histogram.sum);
    std::uint16_t before = 0;
    for (const auto& [index, count] : histogram.buckets) {
      putVarint(bytes, static_cast<std::uint64_t>(index - before));
      putVarint(bytes, count);
      before = index;
    }
  }
}

std::string encodeSlice(const MetricSlice& slice) {
  std::string bytes;
  appendSlice(bytes, slice);
  return bytes;
}

bool decodeSlice(std::string_view bytes, MetricSlice& slice) {
  slice.samples.clear();
  if (!takeSamples(bytes, slice.samples)) return false;
  for (SparseHistogram& histogram : slice.latencies) {
    if (!takeHistogram(bytes, histogram)) return false;
  }
  return bytes.empty();
}

void addSlice(MetricSlice& sum, const MetricSlice& slice) {
  std::map<SeriesMetric, std::uint64_t> values;
  for (const auto& [metric, value] : sum.samples)
    values[metric] = value;
  for (const auto& [metric, value] : slice.samples) {
    std::uint64_t& known = values[metric];
    known = metric.kind == SeriesMetric::Kind::Gauge ? std::max(known, value) : known + value;
  }
  sum.samples.clear();
  for (const auto& [metric, value] : values)
    sum.samples.push_back({metric, value});
  for (std::size_t i = 0; i < sum.latencies.size(); ++i)
    addHistogram(sum.latencies[i], slice.latencies[i]);
}

}  // namespace spillway::observe
