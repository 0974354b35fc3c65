// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace spillway::ui {

/// A row's place in the order of arrival. Never reused, so it stays right while older rows go.
using RowSeq = std::uint64_t;

/// What one batch did to an append-only list of rows, in this order: rows before `firstKept` went, rows
/// [firstNew, end) came, `updated` (ascending, all older than firstNew and still kept) have new values.
struct RowChange {
  RowSeq firstKept = 0, firstNew = 0, end = 0;
  std::vector<RowSeq> updated;
};

/// Rows in order of arrival, at the most `limit` after each evict(); the oldest go first, a tenth at a time.
template <class Row>
class BoundedRows {
 public:
  explicit BoundedRows(std::size_t limit) : limit_(limit) {}

  RowSeq first() const { return first_; }
  RowSeq end() const { return first_ + rows_.size(); }
  std::size_t size() const { return rows_.size(); }

  RowSeq append(Row row) {
    rows_.push_back(std::move(row));
    return end() - 1;
  }
  /// nullptr: gone, or not there yet.
  const Row* find(RowSeq seq) const { return seq >= first_ && seq < end() ? &rows_[seq - first_] : nullptr; }
  Row* find(RowSeq seq) { return seq >= first_ && seq < end() ? &rows_[seq - first_] : nullptr; }

  /// Takes the oldest rows out when there are too many; empty otherwise.
  std::vector<Row> evict() {
    if (rows_.size() <= limit_) return {};
    const std::size_t block = std::max<std::size_t>(limit_ / 10, 1);
    return takeFront(rows_.size() - limit_ + block);
  }
  std::vector<Row> takeAll() { return takeFront(rows_.size()); }

 private:
  std::vector<Row> takeFront(std::size_t count) {
    count = std::min(count, rows_.size());
    const auto last = rows_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Row> taken(std::make_move_iterator(rows_.begin()), std::make_move_iterator(last));
    rows_.erase(rows_.begin(), last);
    first_ += count;
    return taken;
  }

  std::size_t limit_;
  RowSeq first_ = 0;
  std::deque<Row> rows_;
};

}  // namespace spillway::ui
