// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <deque>

#include "ui/calls/call_runner.h"

namespace spillway::ui {

/// What happened to a call, a row for each thing, the newest ones up to a bound.
class TranscriptModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Time, What, Size, Content, ColumnCount };
  static constexpr int kMostRows = 10'000;

  using QAbstractTableModel::QAbstractTableModel;
  void clear();
  void add(const std::vector<CallLine>& lines);
  /// nullptr: no such row.
  const CallLine* lineAt(int row) const;
  /// Rows that had to go.
  std::uint64_t forgotten() const { return forgotten_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::deque<CallLine> lines_;
  std::uint64_t forgotten_ = 0;
};

/// "← message 3", "→ half-close", "✔ 0 OK", "✖ 14 UNAVAILABLE".
QString callLineTitle(const CallLine& line);

}  // namespace spillway::ui
