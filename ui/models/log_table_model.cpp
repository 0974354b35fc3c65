// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/log_table_model.h"

#include <utility>

namespace spillway::ui {

LogTableModel::LogTableModel(QObject* parent) : QAbstractTableModel(parent) {}

Result<void, history::FilterError> LogTableModel::setFilterText(const QString& text) {
  const std::string words = text.toStdString();
  if (words == filter_.text()) return {};
  auto filter = history::Filter::parse(words, wallNow());
  if (!filter) return failure(filter.error());
  filter_ = std::move(*filter);
  choose();
  Q_EMIT countsChanged();
  return {};
}

}  // namespace spillway::ui
