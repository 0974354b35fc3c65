// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "engine/observe/events.h"
#include "ui/accesslog/access_log_columns.h"
#include "ui/models/live_table_model.h"

namespace spillway::ui {

/// The access log: one row per exchange, when it ended. Bounded; holds the shared records and makes text on
/// demand.
class AccessLogModel : public LiveTableModel, public AccessLogColumns {
  Q_OBJECT

 public:
  using Record = std::shared_ptr<const observe::StreamRecord>;

  explicit AccessLogModel(QObject* parent = nullptr, std::size_t limit = 100'000);

  void ingest(const std::vector<observe::Event>& events);
  void clear();

  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  QString clauseAt(const QModelIndex& cell) const override;

  /// nullptr: evicted.
  Record recordAt(int row) const;
  Record record(RowSeq seq) const;

 protected:
  RowSeq firstSeq() const override { return records_.first(); }
  RowSeq endSeq() const override { return records_.end(); }
  bool matches(RowSeq seq, const history::Filter& filter) const override;
  std::string valueOf(RowSeq seq, const history::FieldInfo& field) const override;
  bool less(RowSeq left, RowSeq right, int column) const override;

 private:
  BoundedRows<Record> records_;
};

}  // namespace spillway::ui
