// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>
#include <optional>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/recent_readings.h"
#include "ui/bridge/workspace.h"

class QPushButton;
class QSortFilterProxyModel;
class QStackedWidget;
class QTableView;

namespace spillway::ui {

class PageHeader;
class TargetActions;
class TargetHealthModel;
class TargetHistory;
class ValueTable;

/// How each target group fares, the health of every target, worst first, and what befell the selected one.
class TargetHealthPage : public QWidget {
  Q_OBJECT

 public:
  TargetHealthPage(EngineBridge& bridge, Workspace& workspace, RecentReadings& recent,
                   QWidget* parent = nullptr);

  TargetHealthModel& model() { return *model_; }
  ValueTable& groups() { return *groups_; }
  QTableView& targets() { return *table_; }
  TargetHistory& history() { return *history_; }
  TargetActions& actions() { return *actions_; }

 public slots:
  /// Selects the target, if it is there.
  void showTarget(const spillway::TargetId& target);

 signals:
  void logRequested(const QString& filter);
  void groupRequested(const QString& name);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makeContent();
  QWidget* makeGroups();
  QWidget* makeTargets();
  void makeButtons();
  QPushButton* addButton(QAction* action);
  void addExport();
  void connectSources();
  void checkAll();
  void showTargets(const std::vector<TargetStatus>& targets);
  void showCounts(const std::vector<TargetStatus>& targets);
  void showGroups();
  void onSelected();
  void restoreSelection();
  void showSelected();
  /// The selected target as it is now; nullptr: none is selected.
  const TargetStatus* selected() const;

  EngineBridge& bridge_;
  Workspace& workspace_;
  RecentReadings& recent_;
  TargetHealthModel* model_;
  QSortFilterProxyModel* sorted_;
  PageHeader* header_;
  QStackedWidget* stack_;
  ValueTable* groups_;
  QTableView* table_;
  TargetHistory* history_;
  TargetActions* actions_;
  std::optional<TargetId> selected_;
  bool restoring_ = false;
  QTimer tick_;
};

}  // namespace spillway::ui
