// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/status_counts_model.h"

#include <algorithm>

#include "ui/models/roles.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

/// A second is known a second after its end, at the most.
constexpr auto kNow = std::chrono::seconds(3);

}  // namespace

std::vector<StatusCountsModel::Row> StatusCountsModel::rowsOf(const observe::PartReading& reading) {
  std::vector<Row> rows;
  for (const auto& [status, count] : reading.grpcStatus) {
    if (count > 0)
      rows.push_back({Family::Grpc, static_cast<int>(status), false, count, reading.grpcRequests});
  }
  if (reading.grpcWithoutStatus > 0) {
    rows.push_back({Family::GrpcWithout, 0, false, reading.grpcWithoutStatus, reading.grpcRequests});
  }
  for (const auto& [key, count] : reading.httpStatus) {
    if (count > 0) rows.push_back({Family::Http, key.status, key.fromBalancer, count, reading.requests});
  }
  return rows;
}

observe::SeriesMetric StatusCountsModel::metricOf(const Row& row) {
  using observe::SeriesMetric;
  if (row.family == Family::Grpc) return SeriesMetric::ofGrpcStatus(static_cast<std::uint32_t>(row.status));
  if (row.family == Family::Http) return SeriesMetric::of({row.status, row.fromBalancer});
  return SeriesMetric::of(observe::Count::GrpcWithoutStatus);
}

void StatusCountsModel::setMinute(const Minute& minute,
                                  const std::map<observe::SeriesMetric, WallTime>& lastSeen, WallTime now) {
  minute_ = minute;
  lastSeen_ = lastSeen;
  now_ = now;
  if (!rows_.empty()) Q_EMIT dataChanged(index(0, LastMinute), index(rowCount() - 1, LastSeen));
}

void StatusCountsModel::reset() {
  beginResetModel();
  rows_.clear();
  minute_.clear();
  lastSeen_.clear();
  endResetModel();
}

QString StatusCountsModel::logFilter(int number) const {
  const Row& row = rows_[static_cast<std::size_t>(number)];
  if (row.family == Family::Grpc) return QStringLiteral("grpc.status = %1").arg(row.status);
  if (row.family == Family::GrpcWithout) return QStringLiteral("grpc and not grpc.status >= 0");
  return QStringLiteral("status = %1 and %2balancer").arg(row.status).arg(row.fromBalancer ? "" : "not ");
}

void StatusCountsModel::update(const observe::PartReading& reading) {
  std::vector<Row> rows = rowsOf(reading);
  const auto sameKey = [](const Row& a, const Row& b) { return a.key() == b.key(); };
  if (std::equal(rows.begin(), rows.end(), rows_.begin(), rows_.end(), sameKey)) {
    rows_ = std::move(rows);
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    return;
  }
  beginResetModel();
  rows_ = std::move(rows);
  endResetModel();
}

int StatusCountsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int StatusCountsModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

QString StatusCountsModel::statusText(const Row& row) const {
  switch (row.family) {
    case Family::Grpc: {
      const auto status = static_cast<std::uint32_t>(row.status);
      return severityGlyph(grpcSeverity(status)) + QStringLiteral(" gRPC ") + grpcStatusText(status);
    }
    case Family::GrpcWithout:
      return QStringLiteral("▲ gRPC without status");
    case Family::Http:
      break;
  }
  const QString text = severityGlyph(httpSeverity(row.status)) + QStringLiteral(" HTTP %1").arg(row.status);
  return row.fromBalancer ? text + QStringLiteral(" (balancer)") : text;
}

QString StatusCountsModel::albName(const Row& row) const {
  if (row.family != Family::Http) return QStringLiteral("ALB: part of GrpcRequestCount");
  if (row.status == 460 || row.status == 463 || row.status == 464) {
    return QStringLiteral("ALB: part of HTTPCode_ELB_4XX_Count");
  }
  return QStringLiteral("ALB: part of HTTPCode_%1_%2XX_Count; gRPC calls count here too")
      .arg(row.fromBalancer ? QStringLiteral("ELB") : QStringLiteral("Target"))
      .arg(row.status / 100);
}

QVariant StatusCountsModel::display(const Row& row, int column) const {
  switch (column) {
    case Status:
      return statusText(row);
    case Count:
      return countText(row.count);
    case Share:
      return QStringLiteral("%1 %").arg(raw(row, Share).toDouble(), 0, 'f', 1);
    case LastSeen:
      return lastSeenText(row);
    default:
      return {};
  }
}

QVariant StatusCountsModel::raw(const Row& row, int column) const {
  switch (column) {
    case Status:
      return statusText(row).section(QLatin1Char(' '), 1);  // without the glyph
    case Count:
      return static_cast<qulonglong>(row.count);
    case Share:
      return row.outOf == 0 ? 0.0 : 100.0 * static_cast<double>(row.count) / static_cast<double>(row.outOf);
    case LastSeen: {
      const auto seen = lastSeen_.find(metricOf(row));
      return seen == lastSeen_.end() ? QString() : dateTimeText(seen->second);
    }
    default:
      return {};
  }
}

/// "now", the time, and with the day where it is another one; empty while it is not known.
QString StatusCountsModel::lastSeenText(const Row& row) const {
  const auto seen = lastSeen_.find(metricOf(row));
  if (seen == lastSeen_.end()) return {};
  if (now_ - seen->second < kNow) return QStringLiteral("now");
  const QString text = dateTimeText(seen->second).left(19);
  return text.left(10) == dateTimeText(now_).left(10) ? text.mid(11) : text;
}

QVariant StatusCountsModel::foreground(const Row& row, int column) const {
  if (column == LastSeen) return Theme::colors().mutedText;
  if (column != Status) return {};
  const Severity severity = row.family == Family::Http ? httpSeverity(row.status)
                            : row.family == Family::Grpc
                                ? grpcSeverity(static_cast<std::uint32_t>(row.status))
                                : Severity::Warning;
  return severity == Severity::Good ? QVariant() : QVariant(severityColor(severity));
}

QVariant StatusCountsModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Row& row = rows_[static_cast<std::size_t>(index.row())];
  switch (role) {
    case Qt::DisplayRole:
      return display(row, index.column());
    case RawRole:
      return raw(row, index.column());
    case kOrderRole:
      if (index.column() != Status) return raw(row, index.column());
      return QStringLiteral("%1 %2").arg(static_cast<int>(row.family)).arg(row.status, 5);
    case SparkRole: {
      const auto found = minute_.find(metricOf(row));
      return found == minute_.end() ? QVariant() : QVariant::fromValue(found->second);
    }
    case Qt::ForegroundRole:
      return foreground(row, index.column());
    case Qt::ToolTipRole:
      return albName(row);
    case Qt::TextAlignmentRole: {
      const bool number = index.column() == Count || index.column() == Share;
      return QVariant::fromValue(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
    }
    default:
      return {};
  }
}

QVariant StatusCountsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
  if (role == Qt::TextAlignmentRole) {
    const bool number = section == Count || section == Share;
    return QVariant::fromValue(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
  }
  if (role != Qt::DisplayRole) return {};
  static const QString kNames[]{QStringLiteral("Status"), QStringLiteral("Count"), QStringLiteral("Share"),
                                QStringLiteral("Last minute"), QStringLiteral("Last seen")};
  return kNames[section];
}

}  // namespace spillway::ui
