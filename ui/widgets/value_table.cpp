// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/value_table.h"

#include <QHeaderView>
#include <QSet>
#include <algorithm>

#include "ui/models/roles.h"
#include "ui/theme/theme.h"
#include "ui/widgets/table_look.h"

namespace spillway::ui {

ValueTableModel::ValueTableModel(std::vector<TableColumn> columns, QObject* parent)
    : QAbstractTableModel(parent), columns_(std::move(columns)) {}

void ValueTableModel::setRows(std::vector<TableRow> rows) {
  matchKeys(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows_[i] == rows[i]) continue;
    rows_[i] = std::move(rows[i]);
    const int row = static_cast<int>(i);
    Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
  }
}

/// Removes and inserts until the keys are those of `rows`, in their order.
void ValueTableModel::matchKeys(const std::vector<TableRow>& rows) {
  QSet<QString> wantedKeys;
  for (const TableRow& wanted : rows)
    wantedKeys.insert(wanted.key);
  for (int i = rowCount() - 1; i >= 0; --i) {
    if (wantedKeys.contains(row(i).key)) continue;
    beginRemoveRows({}, i, i);
    rows_.erase(rows_.begin() + i);
    endRemoveRows();
  }
  for (int i = 0; i < static_cast<int>(rows.size()); ++i) {
    const TableRow& wanted = rows[static_cast<std::size_t>(i)];
    if (i < rowCount() && row(i).key == wanted.key) continue;
    const auto found = std::ranges::find(rows_.begin() + i, rows_.end(), wanted.key, &TableRow::key);
    if (found != rows_.end()) {
      const int from = static_cast<int>(found - rows_.begin());
      beginMoveRows({}, from, from, {}, i);
      std::rotate(rows_.begin() + i, found, found + 1);
      endMoveRows();
    } else {
      beginInsertRows({}, i, i);
      rows_.insert(rows_.begin() + i, wanted);
      endInsertRows();
    }
  }
}

int ValueTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int ValueTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

QVariant ValueTableModel::data(const QModelIndex& index, int role) const {
  const TableRow& held = row(index.row());
  const TableCell& cell = held.cells[static_cast<std::size_t>(index.column())];
  switch (role) {
    case Qt::DisplayRole:
      return cell.text;
    case RawRole:
      return cell.sortBy.isValid() ? cell.sortBy : QVariant(cell.text);
    case Qt::ForegroundRole:
      return cell.severity == Severity::None ? QVariant() : QVariant(severityColor(cell.severity));
    case GlyphColorRole:
      return cell.glyph ? QVariant(healthColor(*cell.glyph)) : QVariant();
    case Qt::FontRole:
      return cell.isFixed ? QVariant(Theme::fixedFont()) : QVariant();
    case Qt::TextAlignmentRole:
      return headerData(index.column(), Qt::Horizontal, role);
    case Qt::ToolTipRole:
      return held.tip.isEmpty() ? QVariant() : QVariant(held.tip.toHtmlEscaped().replace('\n', "<br>"));
    default:
      return {};
  }
}

QVariant ValueTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  const TableColumn& column = columns_[static_cast<std::size_t>(section)];
  if (role == Qt::DisplayRole) return column.title;
  if (role == Qt::TextAlignmentRole)
    return static_cast<int>(Qt::AlignVCenter |
                            (column.align == ColumnAlign::Right ? Qt::AlignRight : Qt::AlignLeft));
  return {};
}

ValueTable::ValueTable(std::vector<TableColumn> columns, const QString& name, QWidget* parent)
    : QTableView(parent), model_(columns) {
  sorted_.setSourceModel(&model_);
  sorted_.setSortRole(RawRole);
  sorted_.setFilterKeyColumn(-1);
  sorted_.setFilterCaseSensitivity(Qt::CaseInsensitive);
  setModel(&sorted_);
  prepareTable(*this, name);
  setSelectionMode(ExtendedSelection);
  QList<int> widths;
  for (const TableColumn& column : columns)
    widths.push_back(column.width);
  setColumnWidths(*this, widths);
  horizontalHeader()->setStretchLastSection(true);
  horizontalHeader()->setSortIndicatorClearable(true);
  horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
  setSortingEnabled(true);
}

void ValueTable::setRows(std::vector<TableRow> rows) {
  const bool wasEmpty = model_.rowCount() == 0;
  model_.setRows(std::move(rows));
  if (wasEmpty && sorted_.rowCount() > 0) selectRow(0);
}

void ValueTable::setFilter(const QString& text) {
  sorted_.setFilterFixedString(text);
}

QString ValueTable::selectedKey() const {
  const QStringList keys = selectedKeys();
  return keys.isEmpty() ? QString() : keys.front();
}

QStringList ValueTable::selectedKeys() const {
  QModelIndexList rows = selectionModel()->selectedRows();
  std::ranges::sort(rows, {}, &QModelIndex::row);
  QStringList keys;
  for (const QModelIndex& index : rows)
    keys.push_back(model_.row(sorted_.mapToSource(index).row()).key);
  return keys;
}

void ValueTable::select(const QString& key) {
  for (int i = 0; i < model_.rowCount(); ++i) {
    if (model_.row(i).key != key) continue;
    const QModelIndex shown = sorted_.mapFromSource(model_.index(i, 0));
    if (!shown.isValid()) return;
    selectRow(shown.row());
    scrollTo(shown);
    return;
  }
}

void ValueTable::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) {
  QTableView::selectionChanged(selected, deselected);
  Q_EMIT selectedKeyChanged();
}

}  // namespace spillway::ui
