// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "ui/models/stream_store.h"

namespace spillway::ui {

/// The gRPC messages of one stream, in the order they passed.
class MessageModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Time, Delta, Direction, Number, Size, Compressed, ColumnCount };

  explicit MessageModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

  /// Shows this stream; the same stream again only adds what is new. nullptr: none. The entry is not kept.
  void showStream(const StreamEntry* entry);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QVariant display(int row, int column) const;
  QVariant raw(int row, int column) const;
  std::int64_t deltaMicros(int row) const;

  StreamId stream_ = 0;
  bool hasStream_ = false;
  std::size_t seen_ = 0;  ///< timeline entries looked at
  WallTime started_{};
  std::vector<TimelineEntry> messages_;
};

}  // namespace spillway::ui
