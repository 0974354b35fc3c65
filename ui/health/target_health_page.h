// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>
#include <optional>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/workspace.h"
#include "ui/health/health_history.h"

class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QStackedWidget;
class QTableView;

namespace spillway::ui {

class CheckStrip;
class PageHeader;
class TargetHealthModel;
class TransitionModel;

/// The health of every target, worst first, and what the checks of the selected one found.
class TargetHealthPage : public QWidget {
  Q_OBJECT

 public:
  TargetHealthPage(EngineBridge& bridge, Workspace& workspace, QWidget* parent = nullptr);

  TargetHealthModel& model() { return *model_; }

 public slots:
  /// Checks the selected target now, or all of them when none is selected.
  void checkNow();

 private:
  QWidget* makeTable();
  QWidget* makeHistory();
  void connectSources(Workspace& workspace);
  void showTargets(const std::vector<TargetStatus>& targets);
  void onSelected();
  void restoreSelection();
  void showHistory();

  EngineBridge& bridge_;
  HealthHistory history_;
  TargetHealthModel* model_;
  QSortFilterProxyModel* sorted_;
  TransitionModel* transitions_;
  PageHeader* header_;
  QPushButton* checkButton_;
  QStackedWidget* stack_;
  QTableView *table_, *transitionTable_;
  CheckStrip* strip_;
  QLabel *historyTitle_, *checkWords_;
  std::optional<TargetId> selected_;
  bool restoring_ = false;
  QTimer tick_;
};

}  // namespace spillway::ui
