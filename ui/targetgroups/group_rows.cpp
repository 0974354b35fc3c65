// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/targetgroups/group_rows.h"

#include <algorithm>
#include <cmath>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

using observe::TargetState;

QString str(const std::string& text) {
  return QString::fromStdString(text);
}

TableCell rightCount(std::uint64_t value) {
  return {countText(value), QVariant::fromValue<qulonglong>(value), Severity::None, {}, false};
}

TableRow targetRow(const TargetStatus& status, const observe::PartReading& part, double rate) {
  TableRow row;
  row.key = QStringLiteral("%1:%2").arg(str(status.id.address)).arg(status.id.port);
  TableCell health{QStringLiteral("%1 %2").arg(healthGlyph(status.state), healthWord(status.state)),
                   QVariant(healthRank(status.state)), Severity::None, status.state, false};
  QString why = str(status.description);
  if (!status.detail.empty()) why += (why.isEmpty() ? QString() : QStringLiteral(" · ")) + str(status.detail);
  row.cells = {health,
               {row.key, {}, {}, {}, true},
               rightCount(static_cast<std::uint64_t>(std::max<std::int64_t>(part.activeStreams, 0))),
               {rateText(rate), QVariant(rate), {}, {}, false},
               rightCount(part.requests),
               rightCount(part.errors),
               {why.isEmpty() ? QStringLiteral("–") : why, {}, {}, {}, false}};
  if (part.errors > 0) row.cells[5].severity = Severity::Bad;
  row.tip = why;
  return row;
}

TargetStatus statusOf(const TargetId& id, const std::vector<TargetStatus>& statuses) {
  const auto found = std::ranges::find(statuses, id, &TargetStatus::id);
  if (found != statuses.end()) return *found;
  TargetStatus unknown;
  unknown.id = id;
  unknown.state = TargetState::Unused;
  return unknown;
}

}  // namespace

std::vector<TableColumn> groupColumns() {
  return {{QStringLiteral("Name"), 142},
          {QStringLiteral("Version"), 72},
          {QStringLiteral("Healthy"), 68},
          {QStringLiteral("Req/s"), 58, ColumnAlign::Right},
          {QStringLiteral("Used by"), 88}};
}

std::vector<TableColumn> groupTargetColumns() {
  return {{QStringLiteral("Health"), 94},
          {QStringLiteral("Address:port"), 130},
          {QStringLiteral("Streams"), 72, ColumnAlign::Right},
          {QStringLiteral("Req/s"), 58, ColumnAlign::Right},
          {QStringLiteral("Requests"), 76, ColumnAlign::Right},
          {QStringLiteral("Errors"), 60, ColumnAlign::Right},
          {QStringLiteral("Why"), 90}};
}

std::vector<TableRow> groupRows(const config::Document& document, const std::vector<TargetStatus>& statuses,
                                const RecentReadings& recent) {
  std::vector<TableRow> rows;
  for (const auto& group : document.targetGroups) {
    const auto healthy = std::ranges::count_if(statuses, [&](const TargetStatus& status) {
      return status.id.group == group.name && status.state == TargetState::Healthy;
    });
    const bool isWhole = static_cast<std::size_t>(healthy) == group.targets.size();
    const TargetState shown = group.targets.empty() ? TargetState::Unused
                              : isWhole             ? TargetState::Healthy
                                                    : TargetState::Unhealthy;
    QString user = QStringLiteral("–");
    for (const auto& balancer : document.loadBalancers)
      for (const auto& listener : balancer.listeners)
        if (config::forwardsTo(listener, group.name)) user = str(balancer.name);
    const double rate = recent.perSecond(group.name);
    rows.push_back(
        {str(group.name),
         {{str(group.name), {}, {}, {}, false},
          {versionWords(group.protocolVersion), {}, {}, {}, false},
          {QStringLiteral("%1 %2/%3").arg(healthGlyph(shown)).arg(healthy).arg(group.targets.size()),
           QVariant(static_cast<qlonglong>(healthy)),
           {},
           shown,
           false},
          {rateText(rate), QVariant(rate), {}, {}, false},
          {user, {}, {}, {}, false}},
         healthCheckWords(group)});
  }
  return rows;
}

std::vector<TableRow> groupTargetRows(const config::TargetGroup& group,
                                      const std::vector<TargetStatus>& statuses,
                                      const observe::MetricsReading& metrics, const RecentReadings& recent) {
  std::vector<TargetId> ids;
  for (const auto& target : group.targets)
    ids.push_back({group.name, target.id, static_cast<std::uint16_t>(target.port)});
  for (const TargetStatus& status : statuses)
    if (status.id.group == group.name && std::ranges::find(ids, status.id) == ids.end())
      ids.push_back(status.id);
  std::vector<TableRow> rows;
  for (const TargetId& id : ids) {
    const auto part = metrics.targets.find(id);
    rows.push_back(targetRow(statusOf(id, statuses),
                             part == metrics.targets.end() ? observe::PartReading{} : part->second,
                             recent.perSecond(id)));
  }
  return rows;
}

QString targetKeyOf(const config::Target& target) {
  return QStringLiteral("%1:%2").arg(str(target.id)).arg(target.port);
}

QString versionWords(config::ProtocolVersion version) {
  switch (version) {
    case config::ProtocolVersion::Grpc:
      return QStringLiteral("gRPC");
    case config::ProtocolVersion::Http2:
      return QStringLiteral("HTTP/2");
    case config::ProtocolVersion::Http1:
      break;
  }
  return QStringLiteral("HTTP/1.1");
}

QString healthCheckWords(const config::TargetGroup& group) {
  const config::HealthCheck& check = group.healthCheck;
  const bool isGrpc = group.protocolVersion == config::ProtocolVersion::Grpc;
  return QStringLiteral("Health check: %1 expects %2 %3, every %4 s, %5 to get healthy, %6 to get unhealthy")
      .arg(str(check.path), isGrpc ? QStringLiteral("gRPC code") : QStringLiteral("HTTP code"),
           str(isGrpc ? check.matcher.grpcCode : check.matcher.httpCode))
      .arg(check.intervalSeconds)
      .arg(check.healthyThresholdCount)
      .arg(check.unhealthyThresholdCount);
}

}  // namespace spillway::ui
