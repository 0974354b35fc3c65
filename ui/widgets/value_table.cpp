// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/value_table.h"

#include <QHash>
#include <QHeaderView>
#include <QSet>
#include <algorithm>
#include <iterator>

#include "ui/models/roles.h"
#include "ui/theme/theme.h"
#include "ui/widgets/table_look.h"

namespace spillway::ui {

ValueTableModel::ValueTableModel(std::vector<TableColumn> columns, QObject* parent)
    : QAbstractTableModel(parent), columns_(std::move(columns)) {}

void ValueTableModel::setRows(std::vector<TableRow> rows) {
  matchKeys(rows);
  int first = -1, last = -1;
  for (int i = 0; i < rowCount(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (at >= rows.size() || rows_[at] == rows[at]) continue;
    rows_[at] = std::move(rows[at]);
    if (first < 0) first = i;
    last = i;
  }
  if (first >= 0) Q_EMIT dataChanged(index(first, 0), index(last, columnCount() - 1));
}

/// Removes and adds until the keys are those of `rows`, then brings them into their order.
void ValueTableModel::matchKeys(const std::vector<TableRow>& rows) {
  QHash<QString, int> places;
  for (const TableRow& wanted : rows)
    places.insert(wanted.key, static_cast<int>(places.size()));
  QSet<QString> held;
  for (int i = rowCount() - 1; i >= 0; --i) {
    held.insert(row(i).key);
    if (places.contains(row(i).key)) continue;
    beginRemoveRows({}, i, i);
    rows_.erase(rows_.begin() + i);
    endRemoveRows();
  }
  std::vector<TableRow> added;
  std::ranges::copy_if(rows, std::back_inserter(added),
                       [&](const auto& wanted) { return !held.contains(wanted.key); });
  if (!added.empty()) {
    beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(added.size()) - 1);
    std::ranges::move(added, std::back_inserter(rows_));
    endInsertRows();
  }
  const auto place = [&](const TableRow& each) { return places.value(each.key); };
  if (!std::ranges::is_sorted(rows_, {}, place)) order(place);
}

/// One change of the layout, however many rows move.
void ValueTableModel::order(const std::function<int(const TableRow&)>& place) {
  Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
  const QModelIndexList before = persistentIndexList();
  QModelIndexList after;
  for (const QModelIndex& old : before)
    after.push_back(index(place(row(old.row())), old.column()));
  std::ranges::sort(rows_, {}, place);
  changePersistentIndexList(before, after);
  Q_EMIT layoutChanged({}, VerticalSortHint);
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

QStringList ValueTable::shownKeys() const {
  QStringList keys;
  for (int row = 0; row < sorted_.rowCount(); ++row)
    keys.push_back(model_.row(sorted_.mapToSource(sorted_.index(row, 0)).row()).key);
  return keys;
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
