// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/observe/metrics_reading.h"

namespace prometheus {
struct MetricFamily;
}

namespace spillway::observe {

/// A reading in Prometheus's own form. Pure.
std::vector<prometheus::MetricFamily> openMetricsFamilies(const MetricsReading& reading);

}  // namespace spillway::observe
