// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QByteArray>
#include <QIODevice>
#include <QTableView>

namespace spillway::ui {

/// The selected rows as tab-separated lines, in the order shown, hidden columns left out.
QString selectedRowsText(const QTableView& table);
/// Puts them on the clipboard; nothing happens when no row is selected.
void copySelectedRows(const QTableView& table);

/// Every row as CSV (RFC 4180, UTF-8) with a head line; values from RawRole where the model has it.
void writeCsv(const QAbstractItemModel& model, QIODevice& out);
/// One field, quoted where it must be.
QByteArray csvField(const QString& text);

}  // namespace spillway::ui
