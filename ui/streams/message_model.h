// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <QSet>
#include <QThreadPool>
#include <QTimer>
#include <optional>
#include <vector>

#include "engine/grpc/schema.h"
#include "engine/observe/capture_view.h"
#include "ui/models/stream_store.h"
#include "ui/streams/call_context.h"

namespace spillway::ui {

/// The gRPC messages of one stream, in the order they came: from what was captured of it, else from its
/// timeline, which knows sizes only. What messages hold is decoded in a thread of its own, for rows that
/// show.
class MessageModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Time, Delta, Direction, Number, Size, Compressed, Held, Content, ColumnCount };

  explicit MessageModel(QObject* parent = nullptr);
  ~MessageModel() override;

  /// Shows this stream; the same stream again only adds what is new. nullptr: none. The entry is not kept.
  void showStream(const StreamEntry* entry);
  /// What was captured of that stream, now or since the last call; it must live until showStream(). Nothing
  /// happens while it has no messages.
  void showCapture(const observe::CaptureView& view, const CallContext& call);
  /// What was captured is about to go: back to the timeline, which showStream() shows again.
  void forgetCapture();
  /// What a message holds, on one line; empty: not known, or not yet. dataChanged() tells of more.
  QString contentOf(observe::Direction direction, std::uint32_t number) const;
  /// Contents are read with these from now on.
  void setSchemas(const grpc::Schemas& schemas);
  /// Which message a row is: they count from 1 in each direction.
  std::optional<std::pair<observe::Direction, std::uint32_t>> nameOf(int row) const;
  /// The captured message of a row; nullptr: only its size is known.
  const observe::CapturedMessage* captured(int row) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Row {
    WallTime time{};
    std::uint64_t size = 0;
    std::uint32_t number = 0;
    observe::Direction direction = observe::Direction::Request;
    bool compressed = false;
    std::optional<WallTime> left;
  };
  void append(std::vector<Row> fresh);
  void growBodies();
  void restart();
  QVariant display(int row, int column) const;
  QVariant raw(int row, int column) const;
  std::int64_t deltaMicros(int row) const;
  QString content(int row) const;
  void readContents();

  StreamId stream_ = 0;
  bool hasStream_ = false;
  std::size_t seen_ = 0;  ///< timeline entries looked at
  WallTime started_{};
  CallContext call_;
  std::vector<Row> messages_;
  const observe::CaptureView* view_ = nullptr;  ///< where the rows are from; null: the timeline
  grpc::Schemas schemas_;
  QHash<int, QString> contents_;
  mutable QSet<int> wanted_;
  mutable QTimer reading_;
  quint64 ticket_ = 0;  ///< contents of older ones are of other rows
  QThreadPool pool_;    ///< one thread
};

}  // namespace spillway::ui
