// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/recent_readings.h"
#include "ui/bridge/workspace.h"
#include "ui/map/map_content.h"
#include "ui/services/demo_traffic.h"

class QLabel;
class QPushButton;

namespace spillway::ui {

class MapView;
class PageHeader;

/// The whole balancer as a picture, live, and one sentence about what to do next.
class MapPage : public QWidget {
  Q_OBJECT

 public:
  MapPage(EngineBridge& bridge, Workspace& workspace, RecentReadings& recent, DemoTraffic& demo,
          QWidget* parent = nullptr);
  MapView& view() { return *view_; }

 signals:
  void listenersRequested();
  void targetGroupRequested(const QString& group);
  void targetRequested(const spillway::TargetId& target);
  void streamsRequested();
  void servicesRequested();
  void logRequested(const QString& filter);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makeStrip();
  void draw();
  void showNextStep();
  void open(const MapNode& node);
  QString tipOf(const MapNode& node) const;
  void showMenu(const MapNode& node, const QPoint& at);
  QString firstAddress() const;

  EngineBridge& bridge_;
  Workspace& workspace_;
  RecentReadings& recent_;
  DemoTraffic& demo_;
  PageHeader* header_;
  MapView* view_;
  QLabel* step_;
  QPushButton *send_, *copy_, *services_;
};

}  // namespace spillway::ui
