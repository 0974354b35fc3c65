// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>

#include "engine/observe/capture_view.h"
#include "ui/bridge/history_thread.h"
#include "ui/models/stream_store.h"
#include "ui/streams/call_context.h"
#include "ui/streams/stream_source.h"

namespace spillway::ui {

/// What passed on the stream that is looked at: from memory while it is open or fresh, from the history when
/// it is older. Asks only while it is active. A long stream comes in pieces, a turn of the loop for each. UI
/// thread.
class StreamCapture : public QObject {
  Q_OBJECT

 public:
  explicit StreamCapture(StreamSource source, QObject* parent = nullptr);

  /// Another stream, or the same one again; nullptr: none.
  void show(const StreamEntry* entry);
  void setActive(bool active);
  const observe::CaptureView& view() const { return *view_; }
  WallTime started() const { return started_; }
  /// What its messages are read with.
  const CallContext& call() const { return call_; }
  /// Nothing of the stream is known here, and nothing will come.
  bool isMissing() const { return missing_; }

 signals:
  /// Another stream, of which nothing is known yet.
  void replaced();
  /// More is known of the stream.
  void grown();

 private:
  CallContext callOf(const observe::StreamHead& head) const;
  void ask();
  void takePiece();
  void askHistory();
  void takeStored(std::unique_ptr<observe::CaptureView> found);

  const StreamSource source_;
  std::unique_ptr<HistoryThread> history_;  ///< null: none is kept
  std::unique_ptr<observe::CaptureView> view_ = std::make_unique<observe::CaptureView>();
  CallContext call_;
  StreamId stream_ = 0;
  WallTime started_{};
  bool hasStream_ = false, isOpen_ = false, isAsked_ = false, missing_ = false;
  int tries_ = 0;
  observe::CapturedStream rest_;  ///< what is known and not in the view yet
  QTimer timer_, pieceTimer_;
};

}  // namespace spillway::ui
