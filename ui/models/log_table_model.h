// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <functional>

#include "engine/base/result.h"
#include "engine/history/filter.h"
#include "engine/history/filter_fields.h"
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
  /// Of these, what the filter selects, as far as it was searched.
  virtual std::uint64_t shown() const { return static_cast<std::uint64_t>(rowCount()); }
  /// The reader follows the newest rows and looks at no other: old ones need no room.
  virtual void setFollowed(bool /*followed*/) {}
  /// Whether nothing older is on its way to become rows.
  virtual bool isWhole() const { return true; }
  virtual bool isSorted() const = 0;
  /// The share (0-1) of the log that was searched for what the filter selects; below 1 while that goes on,
  /// and after endSearch().
  virtual double searched() const { return 1; }
  virtual bool isSearching() const { return false; }
  /// Leaves a search where it is; rows that were found stay. A column's order is not made then.
  virtual void endSearch() {}
  /// Goes on from there.
  virtual void resumeSearch() {}

  /// The row's place in the order of arrival; `row` must exist.
  virtual RowSeq seqAt(int row) const = 0;
  /// -1 when it does not show.
  virtual int rowOf(RowSeq seq) const = 0;

  /// A filter that selects the cell's row by what the cell shows; empty when the row is not there.
  virtual QString clauseAt(const QModelIndex& cell) const = 0;
  /// Calls `take` with values of a field that rows have, the most frequent ones first: at once or later, or
  /// never.
  virtual void askValues(const history::FieldInfo& field, std::function<void(const QStringList&)> take) = 0;

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
