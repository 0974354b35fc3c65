// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/workspace.h"
#include "ui/events/event_journal.h"

class QPushButton;
class QStackedWidget;

namespace spillway::ui {

class PageHeader;
class ValueTable;

/// What befell the balancer: changes of its configuration, of its targets' health, failures, losses. Each
/// entry leads to where more can be seen.
class EventsPage : public QWidget {
  Q_OBJECT

 public:
  EventsPage(EngineBridge& bridge, Workspace& workspace, QWidget* parent = nullptr);
  EventJournal& journal() { return journal_; }
  ValueTable& table() { return *table_; }

 signals:
  void showRequested(const spillway::ui::JournalEntry& entry);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void makeHeader();
  QWidget* makeTable();
  void connectSources(EngineBridge& bridge, Workspace& workspace);
  void showEntries();
  void showSelected();

  EventJournal journal_;
  PageHeader* header_;
  ValueTable* table_;
  QStackedWidget* stack_;
  QPushButton* show_;
  QTimer redraw_;
};

}  // namespace spillway::ui
