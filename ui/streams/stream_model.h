// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/live_table_model.h"
#include "ui/models/stream_store.h"

namespace spillway::ui {

/// The table of streams: one row per stream, open ones updated in place.
class StreamModel : public LiveTableModel {
  Q_OBJECT

 public:
  enum Column {
    Started,
    Service,
    Method,
    Type,
    Target,
    GrpcStatus,
    Messages,
    Bytes,
    Duration,
    State,
    ColumnCount
  };

  explicit StreamModel(StreamStore& store, QObject* parent = nullptr);

  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  QString clauseAt(const QModelIndex& cell) const override;

  const StreamEntry* entryAt(int row) const { return store_.at(seqAt(row)); }
  /// -1: evicted, or hidden by the filter.
  int rowOfStream(StreamId id) const;

 protected:
  RowSeq firstSeq() const override { return store_.first(); }
  RowSeq endSeq() const override { return store_.end(); }
  bool matches(RowSeq seq, const history::Filter& filter) const override;
  std::string valueOf(RowSeq seq, const history::FieldInfo& field) const override;
  bool less(RowSeq left, RowSeq right, int column) const override;

 private:
  StreamStore& store_;
};

/// "open", "half-closed", "ended", "✖ client reset", … of a stream.
QString streamStateText(const StreamEntry& entry);
/// How long it took, or has taken so far.
std::int64_t streamMicros(const StreamEntry& entry);

}  // namespace spillway::ui
