// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/live_table_model.h"

#include <algorithm>
#include <unordered_map>

namespace spillway::ui {

namespace {

/// How many rows are looked at for values to offer, and how many of these are offered.
constexpr RowSeq kLookedAt = 5000;
constexpr std::size_t kOffered = 200;

}  // namespace

LiveTableModel::LiveTableModel(QObject* parent) : LogTableModel(parent) {
  resortTimer_.setSingleShot(true);
  resortTimer_.setInterval(1000);
  connect(&resortTimer_, &QTimer::timeout, this, &LiveTableModel::resort);
}

int LiveTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int LiveTableModel::rowOf(RowSeq seq) const {
  const auto found = isSorted() ? std::find(rows_.begin(), rows_.end(), seq)
                                : std::lower_bound(rows_.begin(), rows_.end(), seq);
  if (found == rows_.end() || *found != seq) return -1;
  return static_cast<int>(found - rows_.begin());
}

void LiveTableModel::sort(int column, Qt::SortOrder order) {
  sortColumn_ = column;
  sortOrder_ = order;
  resortTimer_.stop();
  resort();
}

void LiveTableModel::setPaused(bool paused) {
  if (paused == paused_) return;
  paused_ = paused;
  if (!paused) {
    appendNew(shownEnd_, endSeq());
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
  }
  Q_EMIT countsChanged();
}

void LiveTableModel::askValues(const history::FieldInfo& field,
                               std::function<void(const QStringList&)> take) {
  if (!field.isOffered()) return;
  std::unordered_map<std::string, int> counts;
  const RowSeq first = std::max(firstSeq(), endSeq() - std::min<RowSeq>(endSeq(), kLookedAt));
  for (RowSeq seq = first; seq < endSeq(); ++seq)
    ++counts[valueOf(seq, field)];
  counts.erase(std::string());
  std::vector<std::pair<int, std::string>> ordered;
  for (auto& [value, count] : counts)
    ordered.emplace_back(-count, value);
  std::sort(ordered.begin(), ordered.end());
  ordered.resize(std::min(ordered.size(), kOffered));
  QStringList values;
  for (const auto& [count, value] : ordered)
    values << QString::fromStdString(value);
  take(values);
}

void LiveTableModel::take(const RowChange& change) {
  removeEvicted(change.firstKept);
  if (!paused_) {
    update(change.updated);
    appendNew(change.firstNew, change.end);
  }
  Q_EMIT countsChanged();
}

void LiveTableModel::removeEvicted(RowSeq firstKept) {
  shownEnd_ = std::max(shownEnd_, firstKept);
  const auto isGone = [firstKept](RowSeq seq) { return seq < firstKept; };
  if (isSorted()) {
    if (std::none_of(rows_.begin(), rows_.end(), isGone)) return;
    beginResetModel();
    std::erase_if(rows_, isGone);
    endResetModel();
    return;
  }
  const auto last = std::lower_bound(rows_.begin(), rows_.end(), firstKept);
  if (last == rows_.begin()) return;
  beginRemoveRows({}, 0, static_cast<int>(last - rows_.begin()) - 1);
  rows_.erase(rows_.begin(), last);
  endRemoveRows();
}

void LiveTableModel::appendNew(RowSeq from, RowSeq end) {
  std::vector<RowSeq> fresh;
  for (RowSeq seq = std::max(from, shownEnd_); seq < end; ++seq) {
    if (filter().selectsAll() || matches(seq, filter())) fresh.push_back(seq);
  }
  shownEnd_ = std::max(shownEnd_, end);
  if (fresh.empty()) return;
  beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(fresh.size()) - 1);
  rows_.insert(rows_.end(), fresh.begin(), fresh.end());
  endInsertRows();
  if (isSorted() && !resortTimer_.isActive()) resortTimer_.start();
}

void LiveTableModel::update(const std::vector<RowSeq>& updated) {
  if (updated.empty() || (rows_.empty() && filter().selectsAll())) return;
  if (isSorted()) {
    // Their places and their matching are looked at by the next sorting.
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    if (!resortTimer_.isActive()) resortTimer_.start();
    return;
  }
  int lowest = rowCount(), highest = -1;
  for (const RowSeq seq : updated) {
    const int row = updateOne(seq);
    if (row < 0) continue;
    lowest = std::min(lowest, row);
    highest = row;
  }
  if (highest >= 0) Q_EMIT dataChanged(index(lowest, 0), index(highest, columnCount() - 1));
}

/// The row whose values changed; -1 when it did not show, or came or went just now: a filter may gain or lose
/// a row as its stream goes on. Order of arrival only.
int LiveTableModel::updateOne(RowSeq seq) {
  const auto place = std::lower_bound(rows_.begin(), rows_.end(), seq);
  const int row = static_cast<int>(place - rows_.begin());
  const bool shows = place != rows_.end() && *place == seq;
  const bool should = filter().selectsAll() ? shows : matches(seq, filter());
  if (shows && !should) {
    beginRemoveRows({}, row, row);
    rows_.erase(place);
    endRemoveRows();
  } else if (!shows && should) {
    beginInsertRows({}, row, row);
    rows_.insert(place, seq);
    endInsertRows();
  }
  return shows && should ? row : -1;
}

void LiveTableModel::sortRows(std::vector<RowSeq>& rows) const {
  if (!isSorted()) {
    std::sort(rows.begin(), rows.end());
  } else if (sortOrder_ == Qt::AscendingOrder) {
    std::stable_sort(rows.begin(), rows.end(), [&](RowSeq a, RowSeq b) { return less(a, b, sortColumn_); });
  } else {
    std::stable_sort(rows.begin(), rows.end(), [&](RowSeq a, RowSeq b) { return less(b, a, sortColumn_); });
  }
}

std::vector<RowSeq> LiveTableModel::chosenRows() const {
  std::vector<RowSeq> rows;
  const RowSeq end = paused_ ? shownEnd_ : endSeq();
  for (RowSeq seq = firstSeq(); seq < end; ++seq) {
    if (filter().selectsAll() || matches(seq, filter())) rows.push_back(seq);
  }
  sortRows(rows);
  return rows;
}

void LiveTableModel::rebuild() {
  beginResetModel();
  rows_ = chosenRows();
  if (!paused_) shownEnd_ = endSeq();
  endResetModel();
}

void LiveTableModel::resort() {
  std::vector<RowSeq> rows = chosenRows();
  if (rows == rows_) return;
  std::vector<RowSeq> before = rows_, after = rows;
  std::sort(before.begin(), before.end());
  std::sort(after.begin(), after.end());
  if (before == after) {
    permute(std::move(rows));
    return;
  }
  rebuild();
  Q_EMIT countsChanged();
}

void LiveTableModel::permute(std::vector<RowSeq> rows) {
  Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
  std::unordered_map<RowSeq, int> newRows;
  newRows.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    newRows[rows[row]] = static_cast<int>(row);
  }
  const QModelIndexList before = persistentIndexList();
  QModelIndexList after;
  for (const QModelIndex& old : before) {
    after.push_back(index(newRows.at(seqAt(old.row())), old.column()));
  }
  rows_ = std::move(rows);
  changePersistentIndexList(before, after);
  Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

}  // namespace spillway::ui
