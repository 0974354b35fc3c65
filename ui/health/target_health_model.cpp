// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/health/target_health_model.h"

#include <algorithm>

#include "ui/models/roles.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

using observe::TargetState;

namespace {

bool isNumber(int column) {
  return column >= TargetHealthModel::ActiveStreams && column < TargetHealthModel::ColumnCount;
}

std::int64_t secondsUntil(WallTime from, WallTime to) {
  return std::chrono::ceil<std::chrono::seconds>(to - from).count();
}

/// In microseconds.
std::int64_t p90(const observe::PartReading& part) {
  return static_cast<std::int64_t>(part.targetResponse.percentile(0.9));
}

/// In its largest unit: "12 s", "5 min", "3 h", "2 d".
QString ageText(WallTime since, WallTime now) {
  if (since == WallTime{}) return QStringLiteral("–");
  const std::int64_t seconds = std::max<std::int64_t>(0, (now - since).count() / 1'000'000);
  if (seconds < 60) return QStringLiteral("%1 s").arg(seconds);
  if (seconds < 3600) return QStringLiteral("%1 min").arg(seconds / 60);
  if (seconds < 86'400) return QStringLiteral("%1 h").arg(seconds / 3600);
  return QStringLiteral("%1 d").arg(seconds / 86'400);
}

}  // namespace

QString healthReasonText(const TargetStatus& row) {
  QStringList parts;
  if (row.reason != observe::HealthReason::None)
    parts.push_back(QString::fromLatin1(observe::toString(row.reason)));
  if (!row.description.empty()) parts.push_back(QString::fromStdString(row.description));
  if (!row.detail.empty()) parts.push_back(QString::fromStdString(row.detail));
  if (row.state == TargetState::Draining && row.drainingLeftMs > 0) {
    parts.push_back(QStringLiteral("%1 s left").arg((row.drainingLeftMs + 999) / 1000));
  }
  return parts.join(QStringLiteral(" – "));
}

QString targetAddress(const TargetId& target) {
  const QString address = QString::fromStdString(target.address);
  const bool ipv6 = address.contains(QLatin1Char(':'));
  return (ipv6 ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(address).arg(target.port);
}

void TargetHealthModel::setTargets(const std::vector<TargetStatus>& targets) {
  now_ = wallNow();
  const auto sameId = [](const TargetStatus& a, const TargetStatus& b) { return a.id == b.id; };
  if (std::equal(targets.begin(), targets.end(), rows_.begin(), rows_.end(), sameId)) {
    rows_ = targets;
    refresh(0, ColumnCount - 1);
    return;
  }
  beginResetModel();
  rows_ = targets;
  endResetModel();
}

void TargetHealthModel::setDocument(const config::Document& document) {
  thresholds_.clear();
  speaksGrpc_.clear();
  for (const config::TargetGroup& group : document.targetGroups) {
    thresholds_[group.name] = {group.healthCheck.healthyThresholdCount,
                               group.healthCheck.unhealthyThresholdCount};
    speaksGrpc_[group.name] = group.protocolVersion == config::ProtocolVersion::Grpc;
  }
  refresh(Checks, LastCheck);
}

void TargetHealthModel::setMetrics(const observe::MetricsReading& reading) {
  traffic_ = reading.targets;
  groupRequests_.clear();
  for (const auto& [target, part] : traffic_) {
    groupRequests_[target.group] += part.requests;
  }
  refresh(ActiveStreams, ColumnCount - 1);
}

void TargetHealthModel::tick(WallTime now) {
  now_ = now;
  refresh(Reason, NextCheck);
}

void TargetHealthModel::refresh(int firstColumn, int lastColumn) {
  if (!rows_.empty()) Q_EMIT dataChanged(index(0, firstColumn), index(rowCount() - 1, lastColumn));
}

int TargetHealthModel::rowOf(const TargetId& target) const {
  const auto found =
      std::find_if(rows_.begin(), rows_.end(), [&](const TargetStatus& row) { return row.id == target; });
  return found == rows_.end() ? -1 : static_cast<int>(found - rows_.begin());
}

bool TargetHealthModel::speaksGrpc(const std::string& group) const {
  const auto found = speaksGrpc_.find(group);
  return found != speaksGrpc_.end() && found->second;
}

int TargetHealthModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int TargetHealthModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

const observe::PartReading& TargetHealthModel::traffic(const TargetStatus& row) const {
  static const observe::PartReading kNone;
  const auto found = traffic_.find(row.id);
  return found == traffic_.end() ? kNone : found->second;
}

double TargetHealthModel::share(const TargetStatus& row) const {
  const auto group = groupRequests_.find(row.id.group);
  if (group == groupRequests_.end() || group->second == 0) return -1.0;
  return 100.0 * static_cast<double>(traffic(row).requests) / static_cast<double>(group->second);
}

/// ALB's words and what was seen; of one that somebody took out, how long it stays so and what it will be.
QString TargetHealthModel::reasonText(const TargetStatus& row) const {
  if (row.reason != observe::HealthReason::TakenOut) return healthReasonText(row);
  const std::int64_t seconds = std::max<std::int64_t>(0, secondsUntil(now_, row.takenOutUntil));
  QString words = QStringLiteral("Taken out by you, %1:%2 left")
                      .arg(seconds / 60)
                      .arg(seconds % 60, 2, 10, QLatin1Char('0'));
  if (row.failedInARow > 0)
    words += QStringLiteral(" – its checks fail: ") + QString::fromStdString(row.detail);
  if (row.passedInARow > 0) words += QStringLiteral(" – its checks pass");
  return words;
}

/// Counts toward the next change of state where there is one: "1/2 failed"; else just how many in a row.
QString TargetHealthModel::checksText(const TargetStatus& row) const {
  if (row.state == TargetState::Unused) return QStringLiteral("not checked");
  const auto found = thresholds_.find(row.id.group);
  const Thresholds thresholds = found == thresholds_.end() ? Thresholds{} : found->second;
  const auto outOf = [](std::uint32_t count, std::uint32_t of) {
    return of == 0 ? countText(count) : QStringLiteral("%1/%2").arg(count).arg(of);
  };
  if (row.failedInARow > 0) {
    const bool counts = row.state != TargetState::Unhealthy;
    return QStringLiteral("✖ %1 failed").arg(outOf(row.failedInARow, counts ? thresholds.unhealthy : 0));
  }
  if (row.passedInARow > 0) {
    const bool counts = row.state == TargetState::Unhealthy;
    return QStringLiteral("✔ %1 passed").arg(outOf(row.passedInARow, counts ? thresholds.healthy : 0));
  }
  return QStringLiteral("none yet");
}

QString TargetHealthModel::lastCheckText(const TargetStatus& row) const {
  if (row.lastLatencyMicros < 0) return QStringLiteral("–");
  QString code = QStringLiteral("no answer");
  if (row.lastCode) {
    code = QString::number(*row.lastCode);
  }
  return QStringLiteral("%1 · %2").arg(code, durationText(row.lastLatencyMicros));
}

QString TargetHealthModel::nextCheckText(const TargetStatus& row) const {
  if (row.nextCheck == WallTime{}) return QStringLiteral("–");
  const std::int64_t seconds = secondsUntil(now_, row.nextCheck);
  return seconds <= 0 ? QStringLiteral("now") : QStringLiteral("in %1 s").arg(seconds);
}

QVariant TargetHealthModel::display(const TargetStatus& row, int column) const {
  switch (column) {
    case Health:
      return QString(healthGlyph(row.state) + QLatin1Char(' ') + healthWord(row.state));
    case Target:
      return targetAddress(row.id);
    case Group:
      return QString::fromStdString(row.id.group);
    case Reason:
      return orDash(reasonText(row));
    case Since:
      return ageText(row.since, now_);
    case Checks:
      return checksText(row);
    case LastCheck:
      return lastCheckText(row);
    case NextCheck:
      return nextCheckText(row);
    case ActiveStreams:
      return countText(static_cast<std::uint64_t>(std::max<std::int64_t>(0, traffic(row).activeStreams)));
    case Requests:
      return countText(traffic(row).requests);
    case Share:
      return share(row) < 0 ? QStringLiteral("–") : QStringLiteral("%1 %").arg(share(row), 0, 'f', 1);
    case Errors:
      return countText(traffic(row).errors);
    case Latency:
      return traffic(row).targetResponse.count == 0 ? QStringLiteral("–") : durationText(p90(traffic(row)));
    default:
      return {};
  }
}

/// What columns sort by.
QVariant TargetHealthModel::raw(const TargetStatus& row, int column) const {
  switch (column) {
    case Health:
      return QStringLiteral("%1 %2").arg(healthRank(row.state)).arg(targetAddress(row.id));
    case Since:
      return static_cast<qlonglong>(row.since.time_since_epoch().count());
    case LastCheck:
      return static_cast<qlonglong>(row.lastLatencyMicros);
    case NextCheck:
      return static_cast<qlonglong>(row.nextCheck.time_since_epoch().count());
    case ActiveStreams:
      return static_cast<qlonglong>(traffic(row).activeStreams);
    case Requests:
      return static_cast<qulonglong>(traffic(row).requests);
    case Share:
      return share(row);
    case Errors:
      return static_cast<qulonglong>(traffic(row).errors);
    case Latency:
      return static_cast<qlonglong>(p90(traffic(row)));
    default:
      return display(row, column);
  }
}

QString TargetHealthModel::toolTip(const TargetStatus& row, int column) const {
  switch (column) {
    case Reason:
      return reasonText(row).toHtmlEscaped();
    case Since:
      return row.since == WallTime{} ? QString() : QStringLiteral("since ") + dateTimeText(row.since);
    case LastCheck:
      return row.lastCode && speaksGrpc(row.id.group) ? grpcStatusText(row.lastCode) : QString();
    default:
      return {};
  }
}

QVariant TargetHealthModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const TargetStatus& row = statusAt(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return display(row, index.column());
    case RawRole:
      return raw(row, index.column());
    case Qt::ToolTipRole:
      return toolTip(row, index.column());
    case Qt::ForegroundRole:
      return index.column() == Errors && traffic(row).errors > 0 ? QVariant(Theme::colors().bad) : QVariant();
    case GlyphColorRole:
      return index.column() == Health ? QVariant(healthColor(row.state)) : QVariant();
    case Qt::FontRole:
      return index.column() == Target ? QVariant(Theme::fixedFont()) : QVariant();
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::AlignVCenter |
                                 (isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft));
    default:
      return {};
  }
}

QVariant TargetHealthModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue(Qt::AlignVCenter | (isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
  }
  static const QString kNames[]{
      QStringLiteral("Health"),     QStringLiteral("Target"), QStringLiteral("Group"),
      QStringLiteral("Reason"),     QStringLiteral("Since"),  QStringLiteral("In a row"),
      QStringLiteral("Last check"), QStringLiteral("Next"),   QStringLiteral("Open"),
      QStringLiteral("Requests"),   QStringLiteral("Share"),  QStringLiteral("Errors"),
      QStringLiteral("p90")};
  static const QString kTips[]{
      {},
      {},
      {},
      QStringLiteral("ALB's reason code and words, and what was seen"),
      QStringLiteral("How long in this state"),
      QStringLiteral("Counted toward the group's thresholds"),
      QStringLiteral("What came back, and how long it took"),
      {},
      QStringLiteral("Open now. ALB: outstanding requests"),
      QStringLiteral("ALB: RequestCount, since the start"),
      QStringLiteral("Of the group's requests"),
      QStringLiteral("gRPC status other than OK, or HTTP 5xx, since the start"),
      QStringLiteral("ALB: TargetResponseTime, since the start. Nine of ten answers began no later")};
  if (role == Qt::DisplayRole) return kNames[section];
  if (role == Qt::ToolTipRole && !kTips[section].isEmpty()) return kTips[section];
  return {};
}

}  // namespace spillway::ui
