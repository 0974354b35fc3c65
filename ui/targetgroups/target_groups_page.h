// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/recent_readings.h"
#include "ui/bridge/workspace.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;

namespace spillway::ui {

class PageHeader;
class ValueTable;

/// Target groups at the left, the targets of the chosen one at the right: register, deregister, health check.
class TargetGroupsPage : public QWidget {
  Q_OBJECT

 public:
  TargetGroupsPage(EngineBridge& bridge, Workspace& workspace, RecentReadings& recent,
                   QWidget* parent = nullptr);
  ValueTable& groups() { return *groups_; }
  ValueTable& targets() { return *targets_; }

 public slots:
  void showGroup(const QString& name);
  /// Registers what is typed; false: it makes no sense, and the line under the field says why.
  bool registerTyped();
  void deregisterSelected();
  void editHealthCheck();
  void removeGroup();

 signals:
  void createRequested();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makeGroups();
  QWidget* makeTargets();
  QWidget* makeRegisterLine();
  void makeHeader();
  void showRows();
  void showTargets();
  void judgeTyped();
  /// The document with the typed targets in the chosen group; nullopt with `problem` set when they make no
  /// sense.
  std::optional<config::Document> withTyped(QString& problem) const;
  const config::TargetGroup* chosen() const;
  void edit(const QString& words, const config::Document& document);

  EngineBridge& bridge_;
  Workspace& workspace_;
  RecentReadings& recent_;
  PageHeader* header_;
  ValueTable *groups_, *targets_;
  QStackedWidget *stack_, *targetStack_;
  QLabel *title_, *check_, *problem_;
  QLineEdit* typed_;
  QPushButton *register_, *deregister_, *editCheck_, *checkNow_, *removeGroup_;
};

}  // namespace spillway::ui
