// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/rooms.h"

#include <QStackedWidget>

#include "ui/accesslog/access_log_page.h"
#include "ui/calls/calls_page.h"
#include "ui/certificates/certificates_page.h"
#include "ui/connections/connections_page.h"
#include "ui/dashboard/dashboard_page.h"
#include "ui/events/events_page.h"
#include "ui/health/target_health_page.h"
#include "ui/lab/lab_page.h"
#include "ui/listeners/listener_list_page.h"
#include "ui/map/map_page.h"
#include "ui/services/services_page.h"
#include "ui/shell/welcome_page.h"
#include "ui/streams/streams_page.h"
#include "ui/targetgroups/target_groups_page.h"

namespace spillway::ui {

namespace {

/// Where more can be seen of what a journal tells.
Room roomOf(JournalKind kind) {
  switch (kind) {
    case JournalKind::Configuration:
      return Room::Listeners;
    case JournalKind::Connections:
      return Room::Connections;
    case JournalKind::Health:
      return Room::TargetHealth;
    case JournalKind::Errors:
    case JournalKind::Losses:
    case JournalKind::History:
    case JournalKind::Logs:
      break;
  }
  return Room::AccessLog;
}

}  // namespace

Rooms::Rooms(const RoomSources& sources, QWidget* parent) : QObject(parent) {
  buildMap(sources, parent);
  buildLists(sources, parent);
  buildObservers(sources, parent);
}

/// An empty workspace has no map to draw: the welcome page stands in its place.
void Rooms::buildMap(const RoomSources& sources, QWidget* parent) {
  auto* stack = new QStackedWidget(parent);
  auto* welcome = new WelcomePage(stack);
  auto* map = new MapPage(sources.bridge, sources.workspace, sources.recent, sources.demo, stack);
  stack->addWidget(welcome);
  stack->addWidget(map);
  const auto choose = [stack, &workspace = sources.workspace] {
    stack->setCurrentIndex(workspace.isEmpty() ? 0 : 1);
  };
  choose();
  connect(&sources.workspace, &Workspace::documentChanged, stack, choose);
  connect(welcome, &WelcomePage::demoRequested, this, &Rooms::demoRequested);
  connect(welcome, &WelcomePage::createRequested, this, &Rooms::createRequested);
  connect(welcome, &WelcomePage::openRequested, this, &Rooms::openRequested);
  connect(map, &MapPage::listenersRequested, this, [this] { Q_EMIT roomRequested(Room::Listeners); });
  connect(map, &MapPage::targetGroupRequested, this, &Rooms::openGroup);
  connect(map, &MapPage::targetRequested, this, &Rooms::openTarget);
  connect(map, &MapPage::streamsRequested, this, [this] { Q_EMIT roomRequested(Room::Streams); });
  connect(map, &MapPage::logRequested, this, &Rooms::openLog);
  connect(map, &MapPage::servicesRequested, this, [this] { Q_EMIT roomRequested(Room::LocalServices); });
  pages_[Room::Map] = stack;
}

void Rooms::openLog(const QString& filter) {
  static_cast<AccessLogPage*>(page(Room::AccessLog))->showFilter(filter);
  Q_EMIT roomRequested(Room::AccessLog);
}

void Rooms::openGroup(const QString& name) {
  Q_EMIT roomRequested(Room::TargetGroups);
  static_cast<TargetGroupsPage*>(page(Room::TargetGroups))->showGroup(name);
}

void Rooms::openTarget(const TargetId& target) {
  Q_EMIT roomRequested(Room::TargetHealth);
  static_cast<TargetHealthPage*>(page(Room::TargetHealth))->showTarget(target);
}

void Rooms::buildLists(const RoomSources& sources, QWidget* parent) {
  auto* listeners = new ListenerListPage(sources.bridge, sources.workspace, sources.recent, parent);
  connect(listeners, &ListenerListPage::createRequested, this, &Rooms::createRequested);
  pages_[Room::Listeners] = listeners;
  auto* groups = new TargetGroupsPage(sources.bridge, sources.workspace, sources.recent, parent);
  connect(groups, &TargetGroupsPage::createRequested, this, &Rooms::createRequested);
  pages_[Room::TargetGroups] = groups;
  auto* services = new ServicesPage(sources.workspace, sources.demo, parent);
  connect(services, &ServicesPage::demoRequested, this, &Rooms::demoRequested);
  pages_[Room::LocalServices] = services;
  pages_[Room::Certificates] = new CertificatesPage(sources.bridge, sources.workspace, parent);
}

void Rooms::buildObservers(const RoomSources& sources, QWidget* parent) {
  auto* log = new AccessLogPage(sources.bridge, parent);
  auto* streams = new StreamsPage(sources.bridge, sources.workspace, sources.schemas, parent);
  connect(log, &AccessLogPage::showStreamRequested, this,
          [this, streams](quint64, const std::shared_ptr<const observe::StreamRecord>& record) {
            Q_EMIT roomRequested(Room::Streams);
            streams->showRecord(record);
          });
  auto* dashboard = new DashboardPage(sources.bridge, parent);
  connect(dashboard, &DashboardPage::logRequested, this, &Rooms::openLog);
  pages_[Room::Dashboard] = dashboard;
  auto* health = new TargetHealthPage(sources.bridge, sources.workspace, sources.recent, parent);
  connect(health, &TargetHealthPage::logRequested, this, &Rooms::openLog);
  connect(health, &TargetHealthPage::groupRequested, this, &Rooms::openGroup);
  pages_[Room::TargetHealth] = health;
  pages_[Room::AccessLog] = log;
  pages_[Room::Streams] = streams;
  auto* connections = new ConnectionsPage(sources.bridge, sources.workspace, parent);
  connect(connections, &ConnectionsPage::logRequested, this, &Rooms::openLog);
  pages_[Room::Connections] = connections;
  auto* events = new EventsPage(sources.bridge, sources.workspace, parent);
  connect(events, &EventsPage::showRequested, this, [this](const JournalEntry& entry) {
    if (!entry.logFilter.isEmpty()) return openLog(entry.logFilter);
    if (entry.target) return openTarget(*entry.target);
    Q_EMIT roomRequested(roomOf(entry.kind));
  });
  pages_[Room::Events] = events;
  auto* lab = new LabPage(sources.bridge, sources.workspace, sources.schemas, sources.demo, parent);
  connect(lab, &LabPage::demoRequested, this, &Rooms::demoRequested);
  pages_[Room::StreamingLab] = lab;
  auto* calls = new CallsPage(sources.bridge, sources.workspace, sources.schemas, parent);
  connect(calls, &CallsPage::streamRequested, this, [this, streams](quint64 id) {
    Q_EMIT roomRequested(Room::Streams);
    streams->showStream(id);
  });
  pages_[Room::CallBuilder] = calls;
}

}  // namespace spillway::ui
