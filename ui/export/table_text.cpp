// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/table_text.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <algorithm>

#include "ui/models/live_table_model.h"

namespace spillway::ui {

namespace {

QList<int> shownColumns(const QTableView& table) {
  QList<int> columns;
  const QHeaderView& header = *table.horizontalHeader();
  for (int visual = 0; visual < header.count(); ++visual) {
    const int column = header.logicalIndex(visual);
    if (!table.isColumnHidden(column)) columns.push_back(column);
  }
  return columns;
}

QString cellText(const QAbstractItemModel& model, int row, int column) {
  const QModelIndex index = model.index(row, column);
  const QVariant raw = index.data(RawRole);
  return raw.isValid() ? raw.toString() : QString();
}

}  // namespace

QString selectedRowsText(const QTableView& table) {
  QModelIndexList rows = table.selectionModel()->selectedRows();
  std::sort(rows.begin(), rows.end());
  const QList<int> columns = shownColumns(table);
  QStringList lines;
  for (const QModelIndex& row : rows) {
    QStringList cells;
    for (const int column : columns) {
      cells.push_back(row.siblingAtColumn(column).data(Qt::DisplayRole).toString());
    }
    lines.push_back(cells.join(QLatin1Char('\t')));
  }
  return lines.join(QLatin1Char('\n'));
}

void copySelectedRows(const QTableView& table) {
  const QString text = selectedRowsText(table);
  if (!text.isEmpty()) QGuiApplication::clipboard()->setText(text);
}

QByteArray csvField(const QString& text) {
  QByteArray field = text.toUtf8();
  if (field.contains(',') || field.contains('"') || field.contains('\n') || field.contains('\r')) {
    field.replace('"', "\"\"");
    field = '"' + field + '"';
  }
  return field;
}

void writeCsv(const QAbstractItemModel& model, QIODevice& out) {
  const auto writeLine = [&](const auto& textOf) {
    QByteArrayList fields;
    for (int column = 0; column < model.columnCount(); ++column) {
      fields.push_back(csvField(textOf(column)));
    }
    out.write(fields.join(',') + "\r\n");
  };
  writeLine([&](int column) { return model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(); });
  for (int row = 0; row < model.rowCount(); ++row) {
    writeLine([&](int column) { return cellText(model, row, column); });
  }
}

}  // namespace spillway::ui
