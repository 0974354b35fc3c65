// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QPointer>

#include "engine/grpc/capture_scrubber.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/recent_readings.h"
#include "ui/bridge/schema_store.h"
#include "ui/bridge/workspace.h"
#include "ui/services/demo_traffic.h"
#include "ui/shell/health_notifier.h"
#include "ui/shell/room.h"

class QStackedWidget;

namespace spillway::ui {

class LoadBalancerWizard;
class MessageBar;
class Navigation;
class Rooms;
class StatusStrip;
class TopBar;

/// The program's window: top bar, navigation, the chosen room, status bar, menus.
class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(EngineOptions options);
  ~MainWindow() override;

  /// Opens the workspace file; "" = the one of the last time.
  void openWorkspace(const QString& file);
  void openRoom(Room room);
  Room currentRoom() const;
  EngineBridge& bridge() { return bridge_; }
  Workspace& workspace() { return workspace_; }
  SchemaStore& schemas() { return schemas_; }

 public slots:
  void runDemo();
  void createLoadBalancer();
  void chooseWorkspace();
  void saveCopy();
  void openSettings();
  void openSchemas();

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  void build();
  void buildMenus();
  void buildFileMenu();
  void buildViewMenu();
  void buildThemeMenu(QMenu* view);
  void buildSizeMenu(QMenu* view);
  void connectSources();
  void connectDemo();
  void takeDrops();
  void showBalancer();
  void showCounts();
  void showClient();
  void onCreated(const config::Document& document, const QString& name);
  void onSettled(const ApplyReport& report);
  void closeWizard();
  void about();
  void restore();

  const std::shared_ptr<grpc::CaptureScrubber> scrubber_ = std::make_shared<grpc::CaptureScrubber>();
  EngineBridge bridge_;
  Workspace workspace_;
  RecentReadings recent_;
  SchemaStore schemas_;
  DemoTraffic demo_;
  HealthNotifier notifier_{bridge_};
  Rooms* rooms_ = nullptr;
  TopBar* topBar_ = nullptr;
  Navigation* navigation_ = nullptr;
  MessageBar* messages_ = nullptr;
  QStackedWidget* stack_ = nullptr;
  StatusStrip* status_ = nullptr;
  QMenu* createMenu_ = nullptr;
  QAction *newAction_ = nullptr, *demoAction_ = nullptr, *sendAction_ = nullptr, *clientAction_ = nullptr;
  QPointer<LoadBalancerWizard> wizard_;
  config::Document wizardBase_;  ///< the document that the open wizard began with
  bool isCreating_ = false;      ///< the engine decides about the load balancer of the wizard
};

}  // namespace spillway::ui
