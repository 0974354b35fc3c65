// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/bridge/engine_bridge.h"
#include "ui/export/history_export.h"

class QMenu;

namespace spillway::ui {

class AccessLogModel;
class HistoryLogModel;
class KeptColumns;
class LogTableModel;
class LogView;
class PageHeader;
class RecordPane;

/// The access log, live and over the whole history where one is kept: one row per request when it ends, and
/// the selected one explained beside the table.
class AccessLogPage : public QWidget {
  Q_OBJECT

 public:
  explicit AccessLogPage(EngineBridge& bridge, QWidget* parent = nullptr);

  /// Shows only what the filter selects.
  void showFilter(const QString& filter);
  LogTableModel& model() { return *model_; }
  LogView& view() { return *view_; }

 signals:
  /// The reader wants to see this entry's stream; numbers of streams come again when the program starts anew.
  void showStreamRequested(quint64 id, std::shared_ptr<const spillway::observe::StreamRecord> record);

 private:
  LogTableModel* makeModel(EngineBridge& bridge);
  std::shared_ptr<const observe::StreamRecord> recordAt(int row) const;
  void makeHeader();
  QMenu* makeExportMenu();
  void exportAs(const SaveOffer& offer, EntryFormat format);
  void connectBridge(EngineBridge& bridge);
  std::shared_ptr<const observe::StreamRecord> selectedRecord() const;
  void showSelected();
  void showFetched();
  void showWords();

  std::string historyFile_;
  AccessLogModel* live_ = nullptr;      ///< where no history is kept
  HistoryLogModel* history_ = nullptr;  ///< else
  LogTableModel* model_;                ///< one of both
  PageHeader* header_;
  LogView* view_;
  RecordPane* pane_;
  KeptColumns* columns_ = nullptr;
  std::uint64_t requests_ = 0;  ///< from the counters
  double perSecond_ = 0;
  quint64 lostRecords_ = 0;
};

}  // namespace spillway::ui
