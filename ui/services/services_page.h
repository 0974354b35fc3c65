// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThreadPool>
#include <QTimer>
#include <QWidget>

#include "ui/bridge/workspace.h"
#include "ui/services/demo_traffic.h"

class QPushButton;
class QStackedWidget;

namespace spillway::ui {

class PageHeader;
class ValueTable;

/// The programs that Spillway starts on this machine: one row per task, to start and to stop.
class ServicesPage : public QWidget {
  Q_OBJECT

 public:
  ServicesPage(Workspace& workspace, DemoTraffic& demo, QWidget* parent = nullptr);
  ~ServicesPage() override;
  ValueTable& table() { return *table_; }

 public slots:
  void startSelected();
  void stopSelected();

 signals:
  void demoRequested();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void makeHeader();
  void makeBody();
  void showRows();
  void showClient();
  std::vector<service::TaskStatus> selected() const;

  Workspace& workspace_;
  DemoTraffic& demo_;
  PageHeader* header_;
  ValueTable* table_;
  QStackedWidget* stack_;
  QPushButton *client_, *start_, *stop_, *startAll_, *stopAll_;
  QTimer poll_;
  QThreadPool starting_;  ///< a start waits for the child's first breath
};

}  // namespace spillway::ui
