// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/map/map_page.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/bridge/document_edits.h"
#include "ui/export/save_dialog.h"
#include "ui/map/map_tip.h"
#include "ui/map/map_view.h"
#include "ui/models/words.h"
#include "ui/widgets/card.h"
#include "ui/widgets/page_header.h"

namespace spillway::ui {

MapPage::MapPage(EngineBridge& bridge, Workspace& workspace, RecentReadings& recent, DemoTraffic& demo,
                 QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      workspace_(workspace),
      recent_(recent),
      demo_(demo),
      header_(new PageHeader(QStringLiteral("Map"), this)),
      view_(new MapView(this)) {
  header_->setWords(
      QStringLiteral("Line width is the request rate of the last 10 s · Enter or double-click opens"));
  auto* fit = new QPushButton(QStringLiteral("Fit"), this);
  fit->setToolTip(QStringLiteral(
      "The whole map in view, or its width again (F). +, − and Ctrl with the wheel zoom, 0 is 100 %"));
  header_->addButton(fit);
  auto* picture = new QPushButton(QStringLiteral("Export"), this);
  picture->setToolTip(QStringLiteral("The map as it is now, as a scalable picture (SVG)"));
  header_->addButton(picture);
  auto* card = new QFrame(this);
  card->setProperty("role", QByteArray("panel"));
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(2, 2, 2, 2);
  inside->setSpacing(0);
  inside->addWidget(view_, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(card, 1);
  column->addWidget(makeStrip());
  connect(fit, &QPushButton::clicked, view_, &MapView::fit);
  connect(picture, &QPushButton::clicked, this, [this] {
    saveWithDialog(this,
                   {QStringLiteral("Export the map as a picture"), QStringLiteral("map.svg"),
                    QStringLiteral("SVG pictures (*.svg)")},
                   [this](QIODevice& out) { view_->writeSvg(out); });
  });
  view_->setTips([this](const MapNode& node) { return tipOf(node); });
  connect(view_, &MapView::opened, this, &MapPage::open);
  connect(view_, &MapView::menuRequested, this, &MapPage::showMenu);
  connect(&workspace_, &Workspace::documentChanged, this, &MapPage::draw);
  connect(&bridge_, &EngineBridge::targetsChanged, this, &MapPage::draw);
  connect(&bridge_, &EngineBridge::applied, this, &MapPage::draw);
  connect(&recent_, &RecentReadings::changed, this, &MapPage::draw);
  connect(&demo_, &DemoTraffic::changed, this, &MapPage::showNextStep);
  draw();
}

QWidget* MapPage::makeStrip() {
  auto* strip = new Card(this);
  step_ = new QLabel(strip);
  step_->setTextFormat(Qt::PlainText);
  step_->setWordWrap(true);
  send_ = new QPushButton(QStringLiteral("Send the four demo calls"), strip);
  copy_ = new QPushButton(QStringLiteral("Copy the address"), strip);
  services_ = new QPushButton(QStringLiteral("Local services"), strip);
  auto* line = new QHBoxLayout(strip);
  line->setContentsMargins(14, 8, 10, 8);
  line->setSpacing(10);
  line->addWidget(step_, 1);
  for (QPushButton* button : {send_, copy_, services_})
    line->addWidget(button);
  connect(send_, &QPushButton::clicked, &demo_, &DemoTraffic::sendOnce);
  connect(copy_, &QPushButton::clicked, this,
          [this] { QGuiApplication::clipboard()->setText(firstAddress()); });
  connect(services_, &QPushButton::clicked, this, &MapPage::servicesRequested);
  return strip;
}

/// Hidden pages draw nothing; what they missed is drawn when they show.
void MapPage::draw() {
  if (!isVisible()) return;
  view_->showContent(describeMap(
      {workspace_.document(), bridge_.listeners(), bridge_.targets(), recent_, bridge_.metrics()}));
  showNextStep();
}

void MapPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  draw();
}

QString MapPage::firstAddress() const {
  for (const auto& balancer : workspace_.document().loadBalancers)
    for (const auto& listener : balancer.listeners)
      return addressOf(listener, bridge_.listeners(), balancer.name);
  return {};
}

void MapPage::showNextStep() {
  const auto& targets = bridge_.targets();
  const auto count = [&](observe::TargetState state) {
    return static_cast<std::size_t>(std::ranges::count(targets, state, &TargetStatus::state));
  };
  const bool hasTraffic = recent_.perSecond() > 0 || bridge_.metrics().total.activeStreams > 0;
  const QString address = firstAddress();
  QString words;
  if (bridge_.listeners().empty()) {
    words = QStringLiteral("No listener runs. The line above says why; Ctrl+E tries again.");
  } else if (targets.empty()) {
    words = QStringLiteral("No targets yet: calls get 503. Register a target in its target group.");
  } else if (count(observe::TargetState::Initial) > 0) {
    words = QStringLiteral("The first health checks are under way; traffic flows when targets are healthy.");
  } else if (count(observe::TargetState::Unhealthy) > 0) {
    words = QStringLiteral("%1 of %2 unhealthy. Target health says why.")
                .arg(count(observe::TargetState::Unhealthy))
                .arg(countOf(targets.size(), QStringLiteral("target")));
  } else if (!hasTraffic) {
    words = QStringLiteral("No traffic yet. Send the four demo calls or copy the address %1").arg(address);
  } else {
    words =
        QStringLiteral("Traffic flows through %1. Streams shows each call, message by message.").arg(address);
  }
  const QString client = demo_.stateWords();
  step_->setText(client.isEmpty() ? words : words + QStringLiteral("\n") + client + QLatin1Char('.'));
  send_->setEnabled(demo_.canSend());
  copy_->setEnabled(!address.isEmpty());
  services_->setVisible(!workspace_.document().localServices.empty());
}

void MapPage::open(const MapNode& node) {
  switch (node.column) {
    case MapColumn::Clients:
      Q_EMIT streamsRequested();
      break;
    case MapColumn::Listeners:
    case MapColumn::Rules:
      Q_EMIT listenersRequested();
      break;
    case MapColumn::TargetGroups:
      Q_EMIT targetGroupRequested(node.opens);
      break;
    case MapColumn::Targets:
      Q_EMIT targetRequested(node.targets.front());
      break;
  }
}

QString MapPage::tipOf(const MapNode& node) const {
  return mapTip(node, view_->content(), bridge_.series(), wallNow());
}

void MapPage::showMenu(const MapNode& node, const QPoint& at) {
  QMenu menu(this);
  menu.addAction(QStringLiteral("Open"), this, [this, node] { open(node); });
  menu.addAction(QStringLiteral("Its lines of the access log"), this,
                 [this, node] { Q_EMIT logRequested(node.logFilter); });
  if (!node.targets.empty()) {
    const bool isOne = node.targets.size() == 1;
    menu.addAction(
        isOne ? QStringLiteral("Check its health now") : QStringLiteral("Check all its targets now"), this,
        [this, node] {
          std::ranges::for_each(node.targets, [this](const TargetId& target) { bridge_.checkNow(target); });
        });
  }
  menu.addSeparator();
  const auto copy = [](const QString& text) { QGuiApplication::clipboard()->setText(text); };
  if (!node.address.isEmpty())
    menu.addAction(QStringLiteral("Copy %1").arg(node.address), this, [=] { copy(node.address); });
  menu.addAction(QStringLiteral("Copy its numbers"), this, [=, this] { copy(tipOf(node)); });
  menu.exec(at);
}

}  // namespace spillway::ui
