// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QVector>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "engine/observe/metric_series.h"

namespace spillway::ui {

/// How often each gRPC and HTTP status of a part was sent, from its counters. gRPC first, then by number.
class StatusCountsModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Status, Count, Share, LastMinute, LastSeen, ColumnCount };
  using Minute = std::map<observe::SeriesMetric, QVector<double>>;

  explicit StatusCountsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

  /// Orders the column of names as the rows come: by kind and number.
  static constexpr int kOrderRole = Qt::UserRole + 100;

  void update(const observe::PartReading& reading);
  /// Requests in each of the last seconds, by status; and when each was last seen, as of `now`.
  void setMinute(const Minute& minute, const std::map<observe::SeriesMetric, WallTime>& lastSeen,
                 WallTime now);
  /// Another part's, or another begin of counting: nothing was seen yet.
  void reset();
  /// Selects the row's lines of the access log.
  QString logFilter(int row) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  enum class Family { Grpc, GrpcWithout, Http };
  struct Row {
    Family family = Family::Http;
    int status = 0;
    bool fromBalancer = false;
    std::uint64_t count = 0, outOf = 0;

    auto key() const { return std::tuple(family, status, fromBalancer); }
  };
  static std::vector<Row> rowsOf(const observe::PartReading& reading);
  static observe::SeriesMetric metricOf(const Row& row);
  QString lastSeenText(const Row& row) const;
  QString statusText(const Row& row) const;
  QString albName(const Row& row) const;
  QVariant display(const Row& row, int column) const;
  QVariant raw(const Row& row, int column) const;
  QVariant foreground(const Row& row, int column) const;

  std::vector<Row> rows_;
  Minute minute_;
  std::map<observe::SeriesMetric, WallTime> lastSeen_;
  WallTime now_{};  ///< of these
};

}  // namespace spillway::ui
