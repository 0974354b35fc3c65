// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>
#include <utility>

#include "ui/bridge/schema_store.h"
#include "ui/models/stream_store.h"
#include "ui/streams/stream_source.h"

class QLabel;
class QSplitter;
class QStackedWidget;
class QTableView;
class QTabWidget;

namespace spillway::ui {

class CopyMenu;
class FactList;
class FlowView;
class FrameModel;
class MessageModel;
class MessagePane;
class SequenceView;
class StreamCapture;
class TimingView;
class ValueTable;

/// One stream in all its ways: sequence, messages, header fields, frames, flow control, timing, summary, and
/// beside them the message that was chosen. Goes on while the stream does.
class StreamDetail : public QWidget {
  Q_OBJECT

 public:
  StreamDetail(const StreamSource& source, SchemaStore& schemas, QWidget* parent = nullptr);

  /// Shows the stream as it is now; nullptr: none is selected. The entry is not kept. Where it has no
  /// timeline what was recorded tells it.
  void showStream(const StreamEntry* entry);
  SequenceView& sequence() { return *sequence_; }
  MessageModel& messages() { return *messages_; }
  MessagePane& pane() { return *pane_; }
  FrameModel& frames() { return *frames_; }
  ValueTable& headers() { return *headers_; }
  FlowView& flow() { return *flow_; }
  QTabWidget& tabs() { return *tabs_; }
  CopyMenu& copyMenu() { return *copies_; }
  const StreamCapture& capture() const { return *capture_; }

 signals:
  /// The view needs the stream again (a folded block was opened).
  void refreshWanted();

 protected:
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  QWidget* makeMessages();
  QWidget* makeFrames();
  QWidget* makeTiming();
  QWidget* makeSummary();
  void connectCapture();
  void onReplaced();
  void onGrown();
  void keepChosen();
  void chooseAgain();
  void showTab();
  void showHeaders();
  void showMessage(int row);
  void showTrailers();
  QString callWords(const StreamEntry& entry) const;
  void showChosen();

  SchemaStore& schemas_;
  const bool isLive_;  ///< targets may be asked for their schemas
  StreamCapture* capture_;
  QStackedWidget* stack_;
  QSplitter* splitter_;
  QTabWidget* tabs_;
  QLabel* title_;
  SequenceView* sequence_;
  MessageModel* messages_;
  QTableView* messageTable_;
  QLabel *leftOut_, *timingHint_;
  ValueTable* headers_;
  FrameModel* frames_;
  FlowView* flow_;
  TimingView* timing_;
  FactList* facts_;
  MessagePane* pane_;
  CopyMenu* copies_;
  std::string target_;
  StreamId shown_ = 0;
  std::optional<std::pair<observe::Direction, std::uint32_t>> chosen_;  ///< the message of the shown stream
  std::optional<StreamEntry> bare_;  ///< the stream, where it came without a timeline
};

}  // namespace spillway::ui
