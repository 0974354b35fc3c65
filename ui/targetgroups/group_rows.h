// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/recent_readings.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {

std::vector<TableColumn> groupColumns();
std::vector<TableColumn> groupTargetColumns();

/// One row per target group; the key is its name.
std::vector<TableRow> groupRows(const config::Document& document, const std::vector<TargetStatus>& statuses,
                                const RecentReadings& recent);
/// One row per target of the group, registered or still draining; the key is "address:port".
std::vector<TableRow> groupTargetRows(const config::TargetGroup& group,
                                      const std::vector<TargetStatus>& statuses,
                                      const observe::MetricsReading& metrics, const RecentReadings& recent);

QString targetKeyOf(const config::Target& target);
/// "gRPC", "HTTP/2", "HTTP/1.1".
QString versionWords(config::ProtocolVersion version);
/// "gRPC /AWS.ALB/healthcheck expects 12, every 30 s": the group's health check in one line.
QString healthCheckWords(const config::TargetGroup& group);

}  // namespace spillway::ui
