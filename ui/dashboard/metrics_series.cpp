// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/metrics_series.h"

#include <cmath>
#include <limits>
#include <set>

#include "engine/observe/access_log_format.h"

namespace spillway::ui {

using observe::HistogramReading;
using observe::MetricsReading;

namespace {

constexpr std::size_t kMarks = 121;

double percentileMs(const HistogramReading& histogram, double fraction) {
  if (histogram.count == 0) return std::numeric_limits<double>::quiet_NaN();
  return histogram.percentile(fraction) / 1000.0;
}

std::uint64_t countOfStatus(const std::map<std::uint32_t, std::uint64_t>& counts, std::uint32_t status) {
  const auto found = counts.find(status);
  return found == counts.end() ? 0 : found->second;
}

double secondsBetween(TimePoint from, TimePoint to) {
  return std::chrono::duration<double>(to - from).count();
}

bool follows(const MetricsReading& now, const MetricsReading& previous) {
  return previous.time != TimePoint{} && now.time > previous.time &&
         now.total.requests >= previous.total.requests && now.grpcRequests >= previous.grpcRequests;
}

MetricsSample sampleOf(const MetricsReading& now, const MetricsReading& previous, WallTime wall) {
  MetricsSample sample;
  sample.time = now.time;
  sample.wall = wall;
  const double seconds = secondsBetween(previous.time, now.time);
  const auto grpc = now.grpcRequests - previous.grpcRequests;
  const auto all = std::max(now.total.requests - previous.total.requests, grpc);
  sample.grpcPerSecond = static_cast<double>(grpc) / seconds;
  sample.httpPerSecond = static_cast<double>(all - grpc) / seconds;
  for (const auto& [status, count] : now.grpcStatus) {
    const auto before = countOfStatus(previous.grpcStatus, status);
    if (count > before) sample.grpcStatusPerSecond[status] = static_cast<double>(count - before) / seconds;
  }
  const HistogramReading durations = now.total.duration.since(previous.total.duration);
  sample.p50 = percentileMs(durations, 0.50);
  sample.p90 = percentileMs(durations, 0.90);
  sample.p99 = percentileMs(durations, 0.99);
  return sample;
}

}  // namespace

void MetricsSeries::add(const MetricsReading& now, const MetricsReading& previous, WallTime wall) {
  const bool continues = follows(now, previous);
  if (!continues) marks_.clear();
  if (continues && marks_.empty()) {
    marks_.push_back({previous.time, previous.total.requests, previous.grpcRequests, previous.grpcStatus,
                      previous.total.duration});
  }
  marks_.push_back({now.time, now.total.requests, now.grpcRequests, now.grpcStatus, now.total.duration});
  while (marks_.size() > kMarks) {
    marks_.pop_front();
  }
  if (!continues) return;
  samples_.push_back(sampleOf(now, previous, wall));
  while (samples_.size() > kLength) {
    samples_.pop_front();
  }
}

/// The newest mark that is at least this old, or the oldest there is.
const MetricsSeries::Mark& MetricsSeries::markBefore(std::chrono::seconds age) const {
  // Half a second of grace: samples are not exactly a second apart.
  const TimePoint limit = marks_.back().time - age + std::chrono::milliseconds(500);
  for (auto mark = marks_.rbegin(); mark != marks_.rend(); ++mark) {
    if (mark->time <= limit) return *mark;
  }
  return marks_.front();
}

WindowSummary MetricsSeries::window(std::chrono::seconds length, std::chrono::seconds end) const {
  WindowSummary summary;
  summary.p50 = summary.p90 = summary.p99 = std::numeric_limits<double>::quiet_NaN();
  if (marks_.empty()) return summary;
  const Mark& to = end.count() == 0 ? marks_.back() : markBefore(end);
  const Mark& from = markBefore(end + length);
  if (from.time >= to.time) return summary;
  summary.requests = to.requests - from.requests;
  summary.grpcRequests = to.grpcRequests - from.grpcRequests;
  summary.requestsPerSecond = static_cast<double>(summary.requests) / secondsBetween(from.time, to.time);
  std::uint64_t ok = 0;
  for (const auto& [status, count] : to.grpcStatus) {
    const std::uint64_t fresh = count - countOfStatus(from.grpcStatus, status);
    if (status == 0) {
      ok = fresh;
    } else if (fresh > summary.commonestErrorCount) {
      summary.commonestError = status;
      summary.commonestErrorCount = fresh;
    }
  }
  summary.grpcNotOk = summary.grpcRequests - std::min(ok, summary.grpcRequests);
  const HistogramReading durations = to.duration.since(from.duration);
  summary.p50 = percentileMs(durations, 0.50);
  summary.p90 = percentileMs(durations, 0.90);
  summary.p99 = percentileMs(durations, 0.99);
  return summary;
}

void MetricsSeries::writeCsv(QIODevice& out) const {
  std::set<std::uint32_t> statuses;
  for (const MetricsSample& sample : samples_) {
    for (const auto& [status, rate] : sample.grpcStatusPerSecond)
      statuses.insert(status);
  }
  out.write("time,requests_per_second,grpc_per_second,http_per_second,p50_ms,p90_ms,p99_ms");
  for (const std::uint32_t status : statuses)
    out.write(",grpc_status_" + QByteArray::number(status) + "_per_second");
  out.write("\r\n");
  const auto number = [](double value) {
    return std::isnan(value) ? QByteArray() : QByteArray::number(value, 'f', 3);
  };
  for (const MetricsSample& sample : samples_) {
    QByteArrayList fields{QByteArray::fromStdString(observe::formatIsoTime(sample.wall)),
                          number(sample.requestsPerSecond()),
                          number(sample.grpcPerSecond),
                          number(sample.httpPerSecond),
                          number(sample.p50),
                          number(sample.p90),
                          number(sample.p99)};
    for (const std::uint32_t status : statuses) {
      const auto found = sample.grpcStatusPerSecond.find(status);
      fields.push_back(number(found == sample.grpcStatusPerSecond.end() ? 0.0 : found->second));
    }
    out.write(fields.join(',') + "\r\n");
  }
}

}  // namespace spillway::ui
