// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/clock.h"
#include "engine/observe/metrics_reading.h"

namespace spillway::observe {

struct LoadBalancerName {
  std::string name;
  auto operator<=>(const LoadBalancerName&) const = default;
};
struct TargetGroupName {
  std::string name;
  auto operator<=>(const TargetGroupName&) const = default;
};

/// What a series is about; monostate = everything together.
using SeriesPart =
    std::variant<std::monostate, LoadBalancerName, ListenerId, TargetGroupName, TargetId, MethodId>;

/// What is open or there at a moment. Hosts: of target groups only.
enum class Gauge : std::uint8_t {
  ActiveStreams,
  ActiveConnections,
  ActiveTargetConnections,
  HealthyHosts,
  UnhealthyHosts,
};

/// Which number of a part a series shows.
struct SeriesMetric {
  enum class Kind : std::uint8_t { Count, HttpStatus, BalancerStatus, GrpcStatus, Gauge };
  Kind kind = Kind::Count;
  std::uint16_t code = 0;  ///< which count, status or gauge

  static SeriesMetric of(Count count) { return {Kind::Count, static_cast<std::uint16_t>(count)}; }
  static SeriesMetric of(Gauge gauge) { return {Kind::Gauge, static_cast<std::uint16_t>(gauge)}; }
  static SeriesMetric of(const HttpStatusKey& key) {
    return {key.fromBalancer ? Kind::BalancerStatus : Kind::HttpStatus,
            static_cast<std::uint16_t>(key.status)};
  }
  static SeriesMetric ofGrpcStatus(std::uint32_t code) {
    return {Kind::GrpcStatus, static_cast<std::uint16_t>(code)};
  }
  auto operator<=>(const SeriesMetric&) const = default;
};

/// Which histogram of a part.
enum class Latency : std::uint8_t { Duration, TargetResponse };

/// From `from` to `to` in steps; the first step begins at `from` rounded down to a whole step.
struct SeriesRange {
  WallTime from{}, to{};
  std::chrono::seconds step{1};
};

struct SeriesPoint {
  WallTime begin{};  ///< of its step
  /// Counts: what was counted in the step. Gauges: the largest reading in it. NaN: nothing is known of it.
  double value = 0;
};

struct LatencyPoint {
  WallTime begin{};
  std::uint64_t count = 0;  ///< observations in the readings that touch the step
  /// In microseconds; NaN when nothing was observed.
  double average = 0, p50 = 0, p90 = 0, p99 = 0, p999 = 0;
};

class SeriesSum;
struct NamedFrame;

/// The metrics of the last hour by the second and of the last day by the minute. Only what changed takes
/// room; the seconds take 24 MiB and the minutes 12 MiB at the most, and 2,000 parts (the first ones) have
/// series: beyond that the oldest seconds are forgotten early, and the minutes tell of their time.
/// add(): one thread, once a second. Queries: any thread; both hold a mutex for milliseconds at the most.
class MetricSeries {
 public:
  static constexpr std::chrono::seconds kSeconds{3600};
  static constexpr std::chrono::minutes kMinutes{24 * 60};
  static constexpr std::size_t kMostParts = 2000;

  MetricSeries();
  ~MetricSeries();
  /// A newer reading. One of another registry, or one that goes back in time, only begins the series anew.
  /// True: a newest() second was made of it.
  bool add(MetricsReading now, WallTime wall);

  /// Adds what is remembered of a part.
  void sum(const SeriesPart&, SeriesSum&) const;
  std::vector<SeriesPoint> values(const SeriesPart&, const SeriesMetric&, const SeriesRange&) const;
  std::vector<LatencyPoint> latencies(const SeriesPart&, Latency, const SeriesRange&) const;
  /// Where what is remembered begins; nullopt: nothing is.
  std::optional<WallTime> begin() const;
  /// The newest second that add() made, with its parts' names.
  NamedFrame newest() const;
  /// What there are series of.
  std::vector<SeriesPart> parts() const;
  /// When each metric of a part was last other than zero, as far as is remembered.
  std::map<SeriesMetric, WallTime> lastSeen(const SeriesPart&) const;
  /// The room that the remembered numbers take.
  std::size_t bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::observe
