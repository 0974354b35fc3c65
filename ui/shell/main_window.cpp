// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/main_window.h"

#include <QCloseEvent>
#include <QFileDialog>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "engine/config/document_json.h"
#include "engine/config/validate.h"
#include "ui/bridge/document_edits.h"
#include "ui/shell/dropped_files.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/navigation.h"
#include "ui/shell/rooms.h"
#include "ui/shell/status_strip.h"
#include "ui/shell/top_bar.h"
#include "ui/streams/schemas_dialog.h"
#include "ui/theme/theme.h"
#include "ui/wizards/load_balancer_wizard.h"

namespace spillway::ui {

namespace {

constexpr auto kGeometryKey = "window/geometry";
constexpr auto kRoomKey = "window/room";
constexpr auto kFileFilter = "Spillway workspaces (*.spillway.json);;All files (*)";
constexpr std::chrono::milliseconds kGrace{2000};

EngineOptions scrubbing(EngineOptions options, std::shared_ptr<observe::MessageScrubber> scrubber) {
  options.scrubber = std::move(scrubber);
  return options;
}

QString countBadge(std::size_t count) {
  return count == 0 ? QString() : QString::number(count);
}

}  // namespace

MainWindow::MainWindow(EngineOptions options)
    : bridge_(scrubbing(std::move(options), scrubber_)),
      workspace_(bridge_),
      schemas_(bridge_, workspace_),
      demo_(bridge_, workspace_) {
  recent_.take(bridge_.metrics());
  connect(&bridge_, &EngineBridge::metricsSampled, &recent_,
          [this](const observe::MetricsReading& now) { recent_.take(now); });
  build();
  buildMenus();
  connectSources();
  connectDemo();
  takeDrops();
  restore();
  showBalancer();
  showCounts();
  showClient();
}

MainWindow::~MainWindow() {
  // Rooms listen to members of this window, which go before its children.
  delete takeCentralWidget();
}

void MainWindow::build() {
  setWindowTitle(QStringLiteral("Spillway"));
  createMenu_ = new QMenu(this);
  topBar_ = new TopBar(createMenu_, this);
  navigation_ = new Navigation(this);
  messages_ = new MessageBar(this);
  stack_ = new QStackedWidget(this);
  rooms_ = new Rooms({bridge_, workspace_, recent_, schemas_, demo_}, stack_);
  for (const RoomEntry& entry : kRooms)
    stack_->addWidget(rooms_->page(entry.room));
  status_ = new StatusStrip(bridge_, recent_, this);
  setStatusBar(status_);
  auto* centre = new QWidget(this);
  auto* right = new QVBoxLayout;
  right->setSpacing(0);
  right->addWidget(messages_);
  right->addWidget(stack_, 1);
  auto* below = new QHBoxLayout;
  below->setSpacing(0);
  below->addWidget(navigation_);
  below->addLayout(right, 1);
  auto* column = new QVBoxLayout(centre);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(topBar_);
  column->addLayout(below, 1);
  setCentralWidget(centre);
}

void MainWindow::connectSources() {
  connect(navigation_, &Navigation::roomChosen, this,
          [this](Room room) { stack_->setCurrentWidget(rooms_->page(room)); });
  connect(rooms_, &Rooms::roomRequested, this, &MainWindow::openRoom);
  connect(rooms_, &Rooms::createRequested, this, &MainWindow::createLoadBalancer);
  connect(rooms_, &Rooms::demoRequested, this, &MainWindow::runDemo);
  connect(rooms_, &Rooms::openRequested, this, &MainWindow::chooseWorkspace);
  connect(status_, &StatusStrip::roomRequested, this, &MainWindow::openRoom);
  connect(&workspace_, &Workspace::problem, messages_, &MessageBar::say);
  connect(&schemas_, &SchemaStore::problem, messages_, &MessageBar::say);
  connect(&schemas_, &SchemaStore::changed, this, [this] { scrubber_->know(schemas_.schemas()); });
  connect(&bridge_, &EngineBridge::historyTroubled, messages_, &MessageBar::say);
  connect(&bridge_, &EngineBridge::eventsArrived, this, [this](const std::vector<observe::Event>& events) {
    for (const observe::Event& event : events) {
      if (event.kind == observe::EventKind::ConfigRefused)
        messages_->say(QString::fromStdString(*event.text));
    }
  });
  connect(&workspace_, &Workspace::changed, status_, &StatusStrip::tell);
  connect(&workspace_, &Workspace::documentChanged, this, [this] {
    messages_->hide();
    status_->showKeyLog(QString::fromStdString(workspace_.document().monitoring.tlsKeyLogFile));
    showBalancer();
    showCounts();
    showClient();
  });
  connect(&workspace_, &Workspace::fileChanged, this, [this](const QString& file) {
    setWindowFilePath(file);
    setWindowTitle(QStringLiteral("%1 — Spillway").arg(QFileInfo(file).fileName()));
  });
  connect(&bridge_, &EngineBridge::targetsChanged, this, &MainWindow::showCounts);
  connect(&bridge_, &EngineBridge::applied, this, [this] {
    showBalancer();
    showClient();
  });
  connect(&workspace_, &Workspace::settled, this, &MainWindow::onSettled);
}

void MainWindow::connectDemo() {
  connect(&demo_, &DemoTraffic::changed, this, &MainWindow::showClient);
  connect(&demo_, &DemoTraffic::problem, messages_, &MessageBar::say);
  connect(&demo_, &DemoTraffic::sent, this,
          [this] { status_->tell(QStringLiteral("The four demo calls were made")); });
  connect(topBar_->sendButton(), &QPushButton::clicked, sendAction_, &QAction::trigger);
  connect(topBar_->clientButton(), &QPushButton::clicked, clientAction_, &QAction::trigger);
}

void MainWindow::openWorkspace(const QString& file) {
  if (workspace_.open(file.isEmpty() ? workspace_.startFile() : file)) {
    if (workspace_.isEmpty()) openRoom(Room::Map);
    return;
  }
  // Something must be open: what cannot be read stays as it is, and an own file takes its place.
  if (workspace_.file().isEmpty()) {
    const QString words = messages_->words();
    const QString instead = bridge_.dataDirectory() + QStringLiteral("/untitled.spillway.json");
    if (workspace_.open(instead)) messages_->say(words);
  }
}

void MainWindow::openRoom(Room room) {
  navigation_->setCurrent(room);
  stack_->setCurrentWidget(rooms_->page(room));
}

Room MainWindow::currentRoom() const {
  return navigation_->current();
}

void MainWindow::runDemo() {
  openRoom(Room::Map);
  if (!demo_.hasDemo()) workspace_.addRouteGuideDemo();
  demo_.setWanted(true);
}

void MainWindow::createLoadBalancer() {
  if (!wizard_) {
    wizardBase_ = workspace_.document();
    wizard_ = new LoadBalancerWizard(wizardBase_, bridge_.dataDirectory(), stack_);
    connect(wizard_, &LoadBalancerWizard::created, this, &MainWindow::onCreated);
    connect(wizard_, &LoadBalancerWizard::cancelled, this, &MainWindow::closeWizard);
    stack_->addWidget(wizard_);
  }
  stack_->setCurrentWidget(wizard_);
  wizard_->setFocus();
}

/// The workspace may have changed since the wizard was opened: only what the wizard added is taken from it.
void MainWindow::onCreated(const config::Document& document, const QString& name) {
  config::Document whole = document;
  if (workspace_.document() != wizardBase_) {
    whole = workspace_.document();
    mergeInto(whole, additions(wizardBase_, document));
  }
  isCreating_ = true;
  const auto issues = workspace_.edit(QStringLiteral("Create load balancer %1").arg(name), whole);
  if (config::hasErrors(issues)) {
    isCreating_ = false;
    wizard_->setProblems(issues);
  }
}

void MainWindow::onSettled(const ApplyReport& report) {
  if (!std::exchange(isCreating_, false) || !wizard_) return;
  if (!report.applied) {
    messages_->hide();
    wizard_->setProblems(report.issues);
    return;
  }
  closeWizard();
  openRoom(Room::Map);
}

void MainWindow::closeWizard() {
  if (!wizard_) return;
  stack_->removeWidget(wizard_);
  wizard_->deleteLater();
  wizard_.clear();
  stack_->setCurrentWidget(rooms_->page(currentRoom()));
}

void MainWindow::chooseWorkspace() {
  const QString file =
      QFileDialog::getOpenFileName(this, QStringLiteral("Open a workspace"),
                                   QFileInfo(workspace_.file()).absolutePath(), QLatin1String(kFileFilter));
  if (!file.isEmpty()) openWorkspace(file);
}

void MainWindow::openSchemas() {
  // Of what goes before the window's members do.
  auto* dialog = new SchemasDialog(schemas_, centralWidget());
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->open();
}

void MainWindow::takeDrops() {
  auto* dropped = new DroppedFiles(*this, schemas_);
  connect(dropped, &DroppedFiles::workspaceDropped, this, &MainWindow::openWorkspace);
  connect(dropped, &DroppedFiles::problem, messages_, &MessageBar::say);
  connect(dropped, &DroppedFiles::schemasDropped, this, [this](const QStringList& files) {
    status_->tell(files.size() == 1
                      ? QStringLiteral("Added the schema %1").arg(QFileInfo(files[0]).fileName())
                      : QStringLiteral("Added %1 schemas").arg(files.size()));
  });
}

void MainWindow::saveCopy() {
  const QString file = QFileDialog::getSaveFileName(
      this, QStringLiteral("Save a copy of the workspace"),
      QFileInfo(workspace_.file()).absolutePath() + QStringLiteral("/copy.spillway.json"),
      QLatin1String(kFileFilter));
  if (file.isEmpty()) return;
  if (const auto saved = config::saveDocument(workspace_.document(), file.toStdString()); !saved) {
    messages_->say(QString::fromStdString(saved.error().detail));
  } else {
    status_->tell(QStringLiteral("Saved a copy as %1").arg(QFileInfo(file).fileName()));
  }
}

void MainWindow::showBalancer() {
  const auto& balancers = workspace_.document().loadBalancers;
  const auto state = bridge_.listeners().empty() ? TopBar::State::Stopped : TopBar::State::Running;
  if (balancers.empty()) {
    topBar_->showBalancer(TopBar::State::Stopped, {}, {});
    return;
  }
  QString name = QString::fromStdString(balancers.front().name);
  if (balancers.size() > 1) name += QStringLiteral(" + %1 more").arg(balancers.size() - 1);
  const auto& listeners = balancers.front().listeners;
  const QString address = listeners.empty()
                              ? QString()
                              : addressOf(listeners.front(), bridge_.listeners(), balancers.front().name);
  topBar_->showBalancer(state, name, address);
}

void MainWindow::showCounts() {
  const config::Document& document = workspace_.document();
  std::size_t listeners = 0, certificates = 0;
  for (const auto& balancer : document.loadBalancers) {
    listeners += balancer.listeners.size();
    for (const auto& listener : balancer.listeners)
      certificates += listener.certificates.size();
  }
  navigation_->setBadge(Room::Listeners, countBadge(listeners));
  navigation_->setBadge(Room::TargetGroups, countBadge(document.targetGroups.size()));
  navigation_->setBadge(Room::LocalServices, countBadge(document.localServices.size()));
  navigation_->setBadge(Room::Certificates, countBadge(certificates));
  const auto unhealthy = static_cast<std::size_t>(
      std::ranges::count(bridge_.targets(), observe::TargetState::Unhealthy, &TargetStatus::state));
  navigation_->setBadge(Room::TargetHealth, countBadge(unhealthy), Navigation::BadgeTone::Alarm,
                        unhealthy == 0 ? QString() : QStringLiteral("%1 unhealthy").arg(unhealthy));
}

void MainWindow::showClient() {
  sendAction_->setEnabled(demo_.canSend());
  topBar_->sendButton()->setEnabled(demo_.canSend());
  clientAction_->setEnabled(demo_.hasDemo());
  clientAction_->setText(demo_.isWanted() ? QStringLiteral("Pause the demo client")
                                          : QStringLiteral("Resume the demo client"));
  QPushButton& button = *topBar_->clientButton();
  button.setVisible(demo_.hasDemo());
  button.setText(demo_.stateWords());
  button.setIcon(Theme::icon(demo_.isWanted() ? QStringLiteral("pause") : QStringLiteral("play")));
  button.setToolTip(clientAction_->text());
}

void MainWindow::restore() {
  QSettings settings;
  resize(1360, 860);
  restoreGeometry(settings.value(QLatin1String(kGeometryKey)).toByteArray());
  const QString key = settings.value(QLatin1String(kRoomKey)).toString();
  const auto found =
      std::ranges::find_if(kRooms, [&](const RoomEntry& entry) { return key == QLatin1String(entry.key); });
  openRoom(found == kRooms.end() ? Room::Map : found->room);
  navigation_->setFocus();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings settings;
  settings.setValue(QLatin1String(kGeometryKey), saveGeometry());
  settings.setValue(QLatin1String(kRoomKey),
                    QLatin1String(kRooms[static_cast<std::size_t>(currentRoom())].key));
  hide();
  demo_.shutDown();
  bridge_.stop(kGrace);
  QMainWindow::closeEvent(event);
}

}  // namespace spillway::ui
