// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <map>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/recent_readings.h"
#include "ui/bridge/schema_store.h"
#include "ui/bridge/workspace.h"
#include "ui/services/demo_traffic.h"
#include "ui/shell/room.h"

namespace spillway::ui {

/// What every room may be built from.
struct RoomSources {
  EngineBridge& bridge;
  Workspace& workspace;
  RecentReadings& recent;
  SchemaStore& schemas;
  DemoTraffic& demo;
};

/// Builds every room and connects them with each other; what leads beyond a room comes out as a signal.
class Rooms : public QObject {
  Q_OBJECT

 public:
  Rooms(const RoomSources& sources, QWidget* parent);
  QWidget* page(Room room) const { return pages_.at(room); }

 signals:
  void roomRequested(spillway::ui::Room room);
  void createRequested();
  void demoRequested();
  void openRequested();

 private:
  void openLog(const QString& filter);
  void openGroup(const QString& name);
  void openTarget(const TargetId& target);
  void buildMap(const RoomSources& sources, QWidget* parent);
  void buildLists(const RoomSources& sources, QWidget* parent);
  void buildObservers(const RoomSources& sources, QWidget* parent);

  std::map<Room, QWidget*> pages_;
};

}  // namespace spillway::ui
