// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIODevice>
#include <QVector>
#include <map>
#include <vector>

#include "engine/observe/series_sum.h"
#include "ui/plots/time_plot.h"

/// What the dashboard draws, made of sums over time. Pure.
namespace spillway::ui {

/// The last minute. Percentiles are in milliseconds, NaN when nothing ended.
struct MinuteSummary {
  double perSecond = 0;  ///< of the last ten seconds
  double before = 0;     ///< per second, of the time before them
  std::uint64_t grpcRequests = 0, grpcNotOk = 0, commonestErrorCount = 0;
  std::uint32_t commonestError = 0;  ///< gRPC status; of commonestErrorCount requests
  double p50 = 0, p90 = 0, p99 = 0;
  std::map<observe::SeriesMetric, QVector<double>> statuses;  ///< requests in each second, by status
};

/// What a part does now.
struct PartNow {
  observe::SeriesPart part;
  MinuteSummary minute;
  std::map<observe::SeriesMetric, WallTime> lastSeen;  ///< as far as is remembered: a day
};

enum class DashboardPlot { Requests, HttpClasses, GrpcStatuses, Latency, Connections, Bytes };
inline constexpr std::size_t kDashboardPlots = 6;

struct DashboardData {
  observe::SeriesPart part;
  observe::SeriesRange range;
  QVector<double> times;  ///< where each step begins, seconds since the epoch
  std::vector<PlotSeries> plots[kDashboardPlots];
  std::vector<observe::SeriesPart> parts;  ///< of which there are metrics
};

/// The six plots of what was summed.
void describePlots(const observe::SeriesSum& sum, DashboardData& data);
/// `sum`: of the last minute, by the second, with durations.
MinuteSummary summarize(const observe::SeriesSum& sum);

/// Of the same part; nothing when the reading has no such part.
observe::PartReading partOf(const observe::MetricsReading& reading, const observe::SeriesPart& part);
/// "all listeners", "listener my-balancer/HTTPS:443", …
QString partWords(const observe::SeriesPart& part);
/// Selects the part's lines of the access log; "" = all.
QString partFilter(const observe::SeriesPart& part);

/// A line for each step, a column for each series.
void writeCsv(const DashboardData& data, QIODevice& out);

}  // namespace spillway::ui
