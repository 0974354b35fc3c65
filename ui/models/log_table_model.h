// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include "engine/base/result.h"
#include "engine/history/filter.h"
#include "ui/models/bounded_rows.h"

namespace spillway::ui {

/// What a log's table shows: the rows that a filter selects, in order of arrival or by a column. A row's
/// place in the order of arrival names it.
class LogTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  explicit LogTableModel(QObject* parent = nullptr);

  /// An error says where the text is wrong; the filter before stays.
  Result<void, history::FilterError> setFilterText(const QString& text);
  const history::Filter& filter() const { return filter_; }

  /// Paused: nothing new shows.
  virtual void setPaused(bool paused) = 0;
  virtual bool isPaused() const = 0;
  /// Rows that came while paused, filtered or not.
  virtual std::uint64_t waiting() const = 0;
  /// Rows that there are, whether they show or not.
  virtual std::uint64_t kept() const = 0;
  virtual bool isSorted() const = 0;
  /// The share (0-1) of a search that is done; 1 = none is going on.
  virtual double searched() const { return 1; }

  /// The row's place in the order of arrival; `row` must exist.
  virtual RowSeq seqAt(int row) const = 0;
  /// -1 when it does not show.
  virtual int rowOf(RowSeq seq) const = 0;

 signals:
  /// Rows came, went, or the filter changed.
  void countsChanged();

 protected:
  /// There is another filter.
  virtual void choose() = 0;

 private:
  history::Filter filter_;
};

}  // namespace spillway::ui
