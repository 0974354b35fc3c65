// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <map>
#include <vector>

#include "engine/engine.h"

namespace spillway::ui {

/// Every target of every group with its health now and its share of the traffic.
class TargetHealthModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column {
    Health,
    Target,
    Group,
    Reason,
    Since,
    Checks,
    LastCheck,
    NextCheck,
    ActiveStreams,
    Requests,
    Share,
    Errors,
    Latency,
    ColumnCount
  };

  explicit TargetHealthModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

  void setTargets(const std::vector<TargetStatus>& targets);
  /// Thresholds of the groups, for "2/5 passed".
  void setDocument(const config::Document& document);
  void setMetrics(const observe::MetricsReading& reading);
  /// Countdowns move on; call once a second.
  void tick(WallTime now);

  const TargetStatus& statusAt(int row) const { return rows_[static_cast<std::size_t>(row)]; }
  /// Why the target is in its state; "–" when there is nothing to say.
  QString reasonText(const TargetStatus& row) const;
  /// Whether the codes of this group's checks are gRPC statuses.
  bool speaksGrpc(const std::string& group) const;
  /// -1: unknown.
  int rowOf(const TargetId& target) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Thresholds {
    std::uint32_t healthy = 0, unhealthy = 0;
  };
  const observe::PartReading& traffic(const TargetStatus& row) const;
  QString checksText(const TargetStatus& row) const;
  QString lastCheckText(const TargetStatus& row) const;
  QString nextCheckText(const TargetStatus& row) const;
  double share(const TargetStatus& row) const;
  QVariant display(const TargetStatus& row, int column) const;
  QVariant raw(const TargetStatus& row, int column) const;
  QString toolTip(const TargetStatus& row, int column) const;
  void refresh(int firstColumn, int lastColumn);

  std::vector<TargetStatus> rows_;
  std::map<std::string, Thresholds> thresholds_;
  std::map<std::string, bool> speaksGrpc_;
  std::map<TargetId, observe::PartReading> traffic_;
  std::map<std::string, std::uint64_t> groupRequests_;  ///< summed over the group's targets
  WallTime now_ = wallNow();
};

/// ALB's reason code and words, then what was seen: "Target.Timeout – Request timed out – no answer in 2 s".
/// Empty where nothing is to be said.
QString healthReasonText(const TargetStatus& row);
/// "127.0.0.1:50061", "[::1]:50061".
QString targetAddress(const TargetId& target);

}  // namespace spillway::ui
