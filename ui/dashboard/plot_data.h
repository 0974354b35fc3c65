// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QVector>
#include <chrono>
#include <vector>

#include "ui/dashboard/metrics_series.h"
#include "ui/plots/time_plot.h"

namespace spillway::ui {

/// One plot's series with their common times.
struct PlotData {
  QVector<double> ages;  ///< seconds before the newest sample, ascending and <= 0
  std::vector<PlotSeries> series;
};

/// The dashboard's three plots over the last `span`. Where samples are missing a NaN stands between: a gap.
PlotData requestPlot(const MetricsSeries& metrics, std::chrono::seconds span);
/// OK and the statuses that occurred, the five commonest at the most.
PlotData grpcStatusPlot(const MetricsSeries& metrics, std::chrono::seconds span);
PlotData latencyPlot(const MetricsSeries& metrics, std::chrono::seconds span);

}  // namespace spillway::ui
