// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <functional>
#include <optional>
#include <vector>

#include "engine/observe/events.h"
#include "ui/models/words.h"

namespace spillway::ui {

/// What one cell shows.
struct TableCell {
  QString text;
  QVariant sortBy;                            ///< invalid: the text
  Severity severity = Severity::None;         ///< colour of the text
  std::optional<observe::TargetState> glyph;  ///< colour of the text's first sign
  bool isFixed = false;                       ///< addresses and codes: fixed font
  bool operator==(const TableCell&) const = default;
};

/// One row; `key` stays the same while the thing is the same.
struct TableRow {
  QString key;
  std::vector<TableCell> cells;
  QString tip;
  bool operator==(const TableRow&) const = default;
};

enum class ColumnAlign { Left, Right };
struct TableColumn {
  QString title;
  int width = 100;  ///< for a 13-pixel font
  ColumnAlign align = ColumnAlign::Left;
};

/// A table of values (up to some thousand rows) that is given anew whenever something changed: rows stay
/// themselves by key, so that selection and scrolling survive.
class ValueTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  ValueTableModel(std::vector<TableColumn> columns, QObject* parent = nullptr);
  void setRows(std::vector<TableRow> rows);
  const std::vector<TableRow>& all() const { return rows_; }
  const TableRow& row(int index) const { return rows_[static_cast<std::size_t>(index)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  void matchKeys(const std::vector<TableRow>& rows);
  void order(const std::function<int(const TableRow&)>& place);

  std::vector<TableColumn> columns_;
  std::vector<TableRow> rows_;
};

/// A sortable, filterable view of a ValueTableModel.
class ValueTable : public QTableView {
  Q_OBJECT

 public:
  ValueTable(std::vector<TableColumn> columns, const QString& name, QWidget* parent = nullptr);

  /// The first row is selected when there were none.
  void setRows(std::vector<TableRow> rows);
  ValueTableModel& rows() { return model_; }
  /// Rows that have this text in any column.
  void setFilter(const QString& text);
  /// The key of the current row; "" when there is none.
  QString selectedKey() const;
  /// The keys of all selected rows, as shown.
  QStringList selectedKeys() const;
  /// The keys of the rows that pass the filter, as shown.
  QStringList shownKeys() const;
  void select(const QString& key);

 signals:
  void selectedKeyChanged();

 protected:
  void selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) override;

 private:
  ValueTableModel model_;
  QSortFilterProxyModel sorted_;
};

}  // namespace spillway::ui
