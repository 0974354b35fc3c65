// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "engine/observe/metric_series.h"
#include "ui/map/map_content.h"

namespace spillway::ui {

/// What hovering over a tile tells, a line each: what it is and how healthy, then its numbers of the last ten
/// seconds: requests, errors, percentiles, what is open. Made when it is asked for, so that numbers that
/// nobody reads cost nothing.
QString mapTip(const MapNode& node, const MapContent& map, const observe::MetricSeries& series, WallTime now);

}  // namespace spillway::ui
