// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>
#include <QTableView>

namespace spillway::ui {

/// Paints a table's cells: a line under each row, colours that survive selection, glyphs in a colour of their
/// own.
class CellDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

/// What all tables of the program have in common: rows of one height, whole rows selected, Ctrl+C copies
/// them. `name` is what a screen reader says. Set the model before.
void prepareTable(QTableView& table, const QString& name);

/// Widths in pixels for a 13-pixel font, one for each column from the first; larger fonts get more.
void setColumnWidths(QTableView& table, const QList<int>& widths);

}  // namespace spillway::ui
