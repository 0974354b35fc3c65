// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/recent_readings.h"
#include "ui/bridge/workspace.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace spillway::ui {

class PageHeader;
class ValueTable;

/// Every listener of the workspace: what it is, whether it runs, and its traffic.
class ListenerListPage : public QWidget {
  Q_OBJECT

 public:
  ListenerListPage(EngineBridge& bridge, Workspace& workspace, RecentReadings& recent,
                   QWidget* parent = nullptr);
  ValueTable& table() { return *table_; }

 public slots:
  void removeSelected();
  void editBeyondAlb();
  void testRequest();

 signals:
  void createRequested();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void makeHeader();
  void makeBody();
  void showRows();
  void showButtons();
  void copyAddress();
  std::optional<ListenerId> selected() const;

  EngineBridge& bridge_;
  Workspace& workspace_;
  RecentReadings& recent_;
  PageHeader* header_;
  ValueTable* table_;
  QStackedWidget* stack_;
  QPushButton *copy_, *test_, *beyond_, *remove_;
};

}  // namespace spillway::ui
