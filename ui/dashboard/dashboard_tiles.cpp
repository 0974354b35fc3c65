// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/dashboard_tiles.h"

#include <QHBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/dashboard/stat_tile.h"
#include "ui/models/words.h"

namespace spillway::ui {

namespace {

/// "3.1 ms"; "–" where nothing ended.
QString msText(double ms) {
  return std::isnan(ms) ? QStringLiteral("–") : durationText(static_cast<std::int64_t>(ms * 1000.0));
}

QString percentText(double percent) {
  if (percent > 0 && percent < 0.1) return QStringLiteral("< 0.1 %");
  return QStringLiteral("%1 %").arg(percent, 0, 'f', 1);
}

QString rateText(double perSecond) {
  if (perSecond > 0 && perSecond < 10) return QString::number(perSecond, 'f', 1);
  return countText(static_cast<std::uint64_t>(perSecond + 0.5));
}

/// "▲ 3 % on the last minute": the last ten seconds against the time before them.
QString trendText(const MinuteSummary& minute) {
  if (minute.before <= 0) return QStringLiteral("last 10 s");
  const double percent = 100.0 * (minute.perSecond - minute.before) / minute.before;
  if (std::abs(percent) < 1) return QStringLiteral("as in the last minute");
  if (percent >= 200)
    return QStringLiteral("▲ %1 × the last minute").arg(minute.perSecond / minute.before, 0, 'f', 1);
  const QString arrow = percent > 0 ? QStringLiteral("▲") : QStringLiteral("▼");
  return QStringLiteral("%1 %2 % on the last minute").arg(arrow).arg(std::abs(percent), 0, 'f', 0);
}

}  // namespace

DashboardTiles::DashboardTiles(QWidget* parent)
    : QWidget(parent),
      requests_(new StatTile(QStringLiteral("Requests"),
                             QStringLiteral("Over the last 10 s. ALB: RequestCount"), this)),
      notOk_(new StatTile(
          QStringLiteral("gRPC not OK"),
          QStringLiteral("Of the gRPC calls that ended in the last minute. ALB: of GrpcRequestCount"), this)),
      latency_(new StatTile(
          QStringLiteral("Latency p99"),
          QStringLiteral("Whole exchanges of the last minute. ALB's nearest: TargetResponseTime"), this)),
      active_(new StatTile(QStringLiteral("Active streams"),
                           QStringLiteral("Open right now. ALB: ActiveConnectionCount for the connections"),
                           this)),
      healthy_(new StatTile(QStringLiteral("Healthy targets"),
                            QStringLiteral("ALB: HealthyHostCount, UnHealthyHostCount"), this)) {
  auto* line = new QHBoxLayout(this);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(10);
  for (StatTile* tile : {requests_, notOk_, latency_, active_, healthy_})
    line->addWidget(tile, 1);
  showMinute(MinuteSummary{.p50 = NAN, .p90 = NAN, .p99 = NAN});
  showOpen(0, 0);
  showTargets({});
}

void DashboardTiles::showMinute(const MinuteSummary& minute) {
  requests_->showValue(rateText(minute.perSecond) + QStringLiteral(" /s"), trendText(minute));
  showGrpc(minute);
  latency_->showValue(msText(minute.p99),
                      std::isnan(minute.p99)
                          ? QStringLiteral("no requests in the last minute")
                          : QStringLiteral("p50 %1 · p90 %2").arg(msText(minute.p50), msText(minute.p90)));
}

void DashboardTiles::showGrpc(const MinuteSummary& minute) {
  if (minute.grpcRequests == 0)
    return notOk_->showValue(QStringLiteral("–"), QStringLiteral("no gRPC calls in the last minute"));
  const double percent =
      100.0 * static_cast<double>(minute.grpcNotOk) / static_cast<double>(minute.grpcRequests);
  QString note = QStringLiteral("all OK in the last minute");
  if (minute.commonestErrorCount > 0) {
    note = QStringLiteral("%1 ×%2").arg(grpcStatusText(minute.commonestError),
                                        countText(minute.commonestErrorCount));
  } else if (minute.grpcNotOk > 0) {
    note = QStringLiteral("without status ×%1").arg(countText(minute.grpcNotOk));
  }
  notOk_->showValue(percentText(percent), note, minute.grpcNotOk > 0 ? Severity::Bad : Severity::Good);
}

void DashboardTiles::showOpen(std::int64_t streams, std::int64_t connections) {
  const auto open = [](std::int64_t count) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, count));
  };
  active_->showValue(countText(open(streams)), countOf(open(connections), QStringLiteral("connection")));
}

void DashboardTiles::showTargets(const std::vector<TargetStatus>& targets) {
  using observe::TargetState;
  std::uint64_t healthy = 0, unhealthy = 0, others = 0;
  QString where;
  for (const TargetStatus& target : targets) {
    healthy += target.state == TargetState::Healthy;
    others += target.state != TargetState::Healthy && target.state != TargetState::Unhealthy;
    if (target.state != TargetState::Unhealthy) continue;
    ++unhealthy;
    const QString group = QString::fromStdString(target.id.group);
    where = where.isEmpty() || where == group ? group : QStringLiteral("several groups");
  }
  const QString value = QStringLiteral("%1 of %2").arg(countText(healthy), countText(targets.size()));
  if (unhealthy > 0) {
    healthy_->showValue(value, QStringLiteral("✖ %1 unhealthy: %2").arg(countText(unhealthy), where),
                        Severity::Bad);
  } else if (others > 0) {
    healthy_->showValue(value, QStringLiteral("%1 not ready").arg(countText(others)));
  } else {
    healthy_->showValue(value,
                        targets.empty() ? QStringLiteral("no targets yet") : QStringLiteral("all healthy"),
                        targets.empty() ? Severity::None : Severity::Good);
  }
}

}  // namespace spillway::ui
