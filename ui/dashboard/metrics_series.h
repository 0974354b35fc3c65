// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIODevice>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

#include "engine/observe/metrics_reading.h"

namespace spillway::ui {

/// One second of the dashboard's plots: rates per second, percentiles in milliseconds (NaN: nothing ended).
struct MetricsSample {
  TimePoint time{};
  WallTime wall{};
  double grpcPerSecond = 0, httpPerSecond = 0;
  std::map<std::uint32_t, double> grpcStatusPerSecond;  ///< only statuses that occurred
  double p50 = 0, p90 = 0, p99 = 0;

  double requestsPerSecond() const { return grpcPerSecond + httpPerSecond; }
};

/// What the tiles say about a window of time. Percentiles are NaN when nothing ended in it.
struct WindowSummary {
  double requestsPerSecond = 0;
  std::uint64_t requests = 0, grpcRequests = 0, grpcNotOk = 0;
  std::uint32_t commonestError = 0;  ///< gRPC status; meaningful when grpcNotOk > grpcWithoutStatus
  std::uint64_t commonestErrorCount = 0;
  double p50 = 0, p90 = 0, p99 = 0;
};

/// The last hour of readings, one sample a second, and summaries of the last two minutes. A second without a
/// reading leaves a gap, never a zero.
class MetricsSeries {
 public:
  static constexpr std::size_t kLength = 3600;
  /// Samples further apart than this have a gap between them.
  static constexpr double kGapSeconds = 2.5;

  /// `previous` with no time, or newer than `now` in any count (a restarted engine), only begins the series
  /// anew.
  void add(const observe::MetricsReading& now, const observe::MetricsReading& previous, WallTime wall);

  const std::deque<MetricsSample>& samples() const { return samples_; }
  /// From `end` before now back over `length`; at the most 120 seconds back.
  WindowSummary window(std::chrono::seconds length, std::chrono::seconds end = std::chrono::seconds(0)) const;
  void writeCsv(QIODevice& out) const;

 private:
  /// The part of a reading that summaries need.
  struct Mark {
    TimePoint time{};
    std::uint64_t requests = 0, grpcRequests = 0;
    std::map<std::uint32_t, std::uint64_t> grpcStatus;
    observe::HistogramReading duration;
  };
  const Mark& markBefore(std::chrono::seconds age) const;

  std::deque<MetricsSample> samples_;
  std::deque<Mark> marks_;
};

}  // namespace spillway::ui
