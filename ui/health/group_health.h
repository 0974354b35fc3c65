// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "engine/config/model.h"
#include "engine/health/host_counts.h"
#include "ui/bridge/recent_readings.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {

/// How a target group fares, from the worst to the best.
enum class GroupHealth {
  Unhealthy,  ///< no target is healthy
  Degraded,   ///< some are not healthy
  Unknown,    ///< first checks are under way
  Unused,     ///< no target that could be healthy: none, all draining, or no listener forwards here
  Healthy
};

/// A target group's targets by state, and what people did.
struct GroupCounts : health::HostCounts {
  std::size_t takenOut = 0;  ///< of the unhealthy ones

  /// Targets that are not about to leave.
  std::size_t registered() const { return healthy + unhealthy + initial + unused; }
  GroupHealth fares() const;
};

/// By target group; groups without targets are absent.
std::map<std::string, GroupCounts> countGroups(const std::vector<TargetStatus>& targets);

inline constexpr int kRoutingColumn = 3;  ///< where requests go; the one with the longest words
std::vector<TableColumn> groupHealthColumns();
/// One row per target group; the key is its name.
std::vector<TableRow> groupHealthRows(const config::Document& document,
                                      const std::vector<TargetStatus>& targets, const RecentReadings& recent);

}  // namespace spillway::ui
