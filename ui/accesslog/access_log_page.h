// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/bridge/engine_bridge.h"

class QMenu;

namespace spillway::ui {

class AccessLogModel;
class LogView;
class PageHeader;
class RecordPane;

/// The access log, live: one row per request when it ends, and the selected one explained beside the table.
class AccessLogPage : public QWidget {
  Q_OBJECT

 public:
  explicit AccessLogPage(EngineBridge& bridge, QWidget* parent = nullptr);

  AccessLogModel& model() { return *model_; }
  LogView& view() { return *view_; }

 signals:
  /// The reader wants to see this entry's stream.
  void showStreamRequested(quint64 id);

 private:
  void makeHeader();
  QMenu* makeColumnsMenu();
  QMenu* makeExportMenu();
  void connectBridge(EngineBridge& bridge);
  void showSelected();
  void showWords();

  AccessLogModel* model_;
  PageHeader* header_;
  LogView* view_;
  RecordPane* pane_;
  std::uint64_t requests_ = 0;  ///< from the counters
  double perSecond_ = 0;
  quint64 lostRecords_ = 0;
};

}  // namespace spillway::ui
