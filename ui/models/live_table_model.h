// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <vector>

#include "ui/models/log_table_model.h"

namespace spillway::ui {

/// A table over an append-only list of rows: chooses which rows show (a filter) and in what order (arrival,
/// or a column), and keeps both while batches come. One insert, one remove and one dataChanged range per
/// batch in order of arrival. While sorted by a column new rows wait at the end for the next sorting, at most
/// once a second.
class LiveTableModel : public LogTableModel {
  Q_OBJECT

 public:
  explicit LiveTableModel(QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  /// column < 0: order of arrival.
  void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

  /// Paused: nothing new shows (old rows still go when their block is evicted).
  void setPaused(bool paused) override;
  bool isPaused() const override { return paused_; }
  std::uint64_t waiting() const override { return paused_ ? endSeq() - shownEnd_ : 0; }
  std::uint64_t kept() const override { return endSeq() - firstSeq(); }
  bool isSorted() const override { return sortColumn_ >= 0; }
  RowSeq seqAt(int row) const override { return rows_[static_cast<std::size_t>(row)]; }
  int rowOf(RowSeq seq) const override;
  /// Of the newest rows, at once.
  void askValues(const history::FieldInfo& field, std::function<void(const QStringList&)> take) override;

 protected:
  void choose() override { rebuild(); }
  /// To be called once per batch, when the list has already changed.
  void take(const RowChange& change);
  virtual RowSeq firstSeq() const = 0;
  virtual RowSeq endSeq() const = 0;
  virtual bool matches(RowSeq seq, const history::Filter& filter) const = 0;
  /// A field's value as a text; empty where there is none.
  virtual std::string valueOf(RowSeq seq, const history::FieldInfo& field) const = 0;
  /// Strict order of two kept rows by a column's values.
  virtual bool less(RowSeq left, RowSeq right, int column) const = 0;

 private:
  void removeEvicted(RowSeq firstKept);
  void appendNew(RowSeq from, RowSeq end);
  void update(const std::vector<RowSeq>& updated);
  int updateOne(RowSeq seq);
  std::vector<RowSeq> chosenRows() const;
  void rebuild();
  void permute(std::vector<RowSeq> rows);
  void sortRows(std::vector<RowSeq>& rows) const;
  void resort();

  std::vector<RowSeq> rows_;
  RowSeq shownEnd_ = 0;  ///< rows from here on were not looked at yet
  int sortColumn_ = -1;
  Qt::SortOrder sortOrder_ = Qt::AscendingOrder;
  bool paused_ = false;
  QTimer resortTimer_;
};

}  // namespace spillway::ui
