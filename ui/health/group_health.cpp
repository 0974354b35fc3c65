// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/health/group_health.h"

#include "ui/theme/theme.h"

namespace spillway::ui {

using observe::TargetState;

namespace {

TargetState glyphOf(GroupHealth health) {
  switch (health) {
    case GroupHealth::Unhealthy:
      return TargetState::Unhealthy;
    case GroupHealth::Degraded:
      return TargetState::Draining;
    case GroupHealth::Unknown:
      return TargetState::Initial;
    case GroupHealth::Healthy:
      return TargetState::Healthy;
    case GroupHealth::Unused:
      break;
  }
  return TargetState::Unused;
}

QString wordOf(GroupHealth health) {
  return health == GroupHealth::Degraded ? QStringLiteral("Degraded") : healthWord(glyphOf(health));
}

/// "2 healthy · 1 unhealthy, 1 of them taken out · 1 draining".
QString targetsText(const GroupCounts& counts) {
  QStringList parts;
  const auto add = [&](std::size_t count, TargetState state) {
    if (count > 0) parts.push_back(countText(count) + QLatin1Char(' ') + healthWord(state).toLower());
  };
  add(counts.healthy, TargetState::Healthy);
  add(counts.unhealthy, TargetState::Unhealthy);
  if (counts.takenOut > 0) parts.back() += QStringLiteral(", %1 taken out").arg(counts.takenOut);
  add(counts.initial, TargetState::Initial);
  add(counts.draining, TargetState::Draining);
  add(counts.unused, TargetState::Unused);
  return parts.isEmpty() ? QStringLiteral("none registered") : parts.join(QStringLiteral(" · "));
}

/// Where requests for the group go, by ALB's rules and what people took out.
TableCell routingCell(const GroupCounts& counts, const config::TargetGroup& group) {
  const std::size_t usable = counts.healthy + counts.unhealthy + counts.initial - counts.takenOut;
  if (counts.registered() > 0 && counts.registered() == counts.unused) return {QStringLiteral("–")};
  if (usable == 0) return {QStringLiteral("✖ nowhere: they get 503"), {}, Severity::Bad};
  if (!config::areTooFew(counts.healthy, counts.registered(), group.attributes.unhealthyStateRouting))
    return {QStringLiteral("to %1").arg(countOf(counts.healthy, QStringLiteral("healthy target")))};
  return {QStringLiteral("▲ fail-open: to %1, healthy or not").arg(countOf(usable, QStringLiteral("target"))),
          {},
          Severity::Warning};
}

TableRow rowOf(const config::TargetGroup& group, const GroupCounts& counts, const RecentReadings& recent) {
  const GroupHealth health = counts.fares();
  const TargetState glyph = glyphOf(health);
  const double rate = recent.perSecond(group.name), ok = recent.okShare(group.name);
  const observe::HistogramReading durations = recent.durations(group.name);
  const auto p90 = static_cast<qlonglong>(durations.percentile(0.9));
  TableRow row;
  row.key = QString::fromStdString(group.name);
  row.cells = {
      {healthGlyph(glyph) + QLatin1Char(' ') + wordOf(health), QVariant(static_cast<int>(health)), {}, glyph},
      {row.key},
      {targetsText(counts), QVariant(static_cast<qulonglong>(counts.registered() - counts.healthy))},
      routingCell(counts, group),
      {rateText(rate), QVariant(rate)},
      {ok < 0 ? QStringLiteral("–") : QStringLiteral("%1 %").arg(100 * (1 - ok), 0, 'f', 1),
       QVariant(1 - ok)},
      {durations.count == 0 ? QStringLiteral("–") : durationText(p90), QVariant(p90)}};
  row.tip = QStringLiteral("Double-click shows the group among the target groups");
  return row;
}

}  // namespace

GroupHealth GroupCounts::fares() const {
  if (unhealthy == 0) {
    if (healthy > 0) return GroupHealth::Healthy;
    return initial > 0 ? GroupHealth::Unknown : GroupHealth::Unused;
  }
  if (healthy > 0) return GroupHealth::Degraded;
  return initial > 0 ? GroupHealth::Unknown : GroupHealth::Unhealthy;
}

std::map<std::string, GroupCounts> countGroups(const std::vector<TargetStatus>& targets) {
  std::map<std::string, GroupCounts> groups;
  for (const auto& [name, hosts] : health::countHosts(targets))
    groups[name] = {hosts, 0};
  for (const TargetStatus& target : targets)
    if (target.reason == observe::HealthReason::TakenOut) ++groups[target.id.group].takenOut;
  return groups;
}

std::vector<TableColumn> groupHealthColumns() {
  return {{QStringLiteral("Health"), 124},
          {QStringLiteral("Target group"), 170},
          {QStringLiteral("Targets"), 290},
          {QStringLiteral("Requests go"), 260},
          {QStringLiteral("Req/s"), 78, ColumnAlign::Right},
          {QStringLiteral("Errors"), 78, ColumnAlign::Right},
          {QStringLiteral("p90"), 84, ColumnAlign::Right}};
}

std::vector<TableRow> groupHealthRows(const config::Document& document,
                                      const std::vector<TargetStatus>& targets,
                                      const RecentReadings& recent) {
  const auto counts = countGroups(targets);
  std::vector<TableRow> rows;
  for (const config::TargetGroup& group : document.targetGroups) {
    const auto found = counts.find(group.name);
    rows.push_back(rowOf(group, found == counts.end() ? GroupCounts() : found->second, recent));
  }
  return rows;
}

}  // namespace spillway::ui
