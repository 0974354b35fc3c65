// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/schema_store.h"

class QMenu;
class QPushButton;

namespace spillway::ui {

class KeptColumns;
class PageHeader;
class StreamBrowser;

/// The streams since the program began, alive or ended, and the selected one in detail below.
class StreamsPage : public QWidget {
  Q_OBJECT

 public:
  StreamsPage(EngineBridge& bridge, Workspace& workspace, SchemaStore& schemas, QWidget* parent = nullptr);

  StreamBrowser& browser() { return *browser_; }

  /// Whether this stream is kept. Numbers of streams come again when the program starts anew, beginnings do
  /// not.
  bool hasStream(quint64 id, WallTime started) const;

 public slots:
  /// Selects this stream; clears the filter or resumes when it would not show otherwise. Nothing happens when
  /// it is not kept any more.
  void showStream(quint64 id);

  /// Shows a stream of the history, which is not among the rows.
  void showRecord(const std::shared_ptr<const spillway::observe::StreamRecord>& record);

 private:
  void makeHeader();
  QMenu* makeRecordingMenu();
  void record(config::CaptureLevel level);
  void chooseRecording();
  void showRecording();
  void connectBridge(EngineBridge& bridge);
  void showWords();

  Workspace& workspace_;
  PageHeader* header_;
  StreamBrowser* browser_;
  KeptColumns* columns_ = nullptr;
  QPushButton* recording_ = nullptr;
  std::int64_t active_ = 0;  ///< from the counters
  quint64 lostDetails_ = 0;
};

}  // namespace spillway::ui
