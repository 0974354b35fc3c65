// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/streams_page.h"

#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/stream_store.h"
#include "ui/models/words.h"
#include "ui/streams/capture_window.h"
#include "ui/streams/recording_dialog.h"
#include "ui/streams/stream_browser.h"
#include "ui/widgets/kept_columns.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"
#include "ui/widgets/page_header.h"

namespace spillway::ui {

namespace {

LogWords streamWords() {
  return {QStringLiteral("Streams"),
          QStringLiteral("Filter: RouteChat open, or grpc.status != OK and messages.sent > 10"),
          QStringLiteral("No streams yet"),
          QStringLiteral(
              "A stream is one call on the wire: unary, server streaming, client streaming or "
              "bidirectional. Run the route guide demo, or send a call to the address of a listener.")};
}

}  // namespace

StreamsPage::StreamsPage(EngineBridge& bridge, Workspace& workspace, SchemaStore& schemas, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      header_(new PageHeader(QStringLiteral("Streams"), this)),
      browser_(new StreamBrowser(liveSource(bridge), schemas, streamWords(), this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(browser_, 1);
  columns_ = new KeptColumns(browser_->view().table(), QStringLiteral("streams"));
  makeHeader();
  header_->addMenuButton(QStringLiteral("Group"), browser_->makeGroupMenu())
      ->setToolTip(QStringLiteral("Streams by method or by target, counted"));
  header_->addMenuButton(QStringLiteral("Export"), browser_->makeExportMenu());
  auto* open = new QPushButton(QStringLiteral("Open…"), this);
  open->setToolTip(QStringLiteral("Look into a capture that was saved (*.spillway-capture)"));
  connect(open, &QPushButton::clicked, this, [this, &schemas] { chooseCapture(this, schemas); });
  header_->addButton(open);
  connectBridge(bridge);
  connect(&browser_->store(), &StreamStore::changed, this, &StreamsPage::showWords);
  showWords();
}

void StreamsPage::makeHeader() {
  recording_ = header_->addMenuButton(QStringLiteral("Recording"), makeRecordingMenu());
  recording_->setToolTip(QStringLiteral("What is kept of each stream, for looking into it"));
  connect(&workspace_, &Workspace::documentChanged, this, &StreamsPage::showRecording);
  showRecording();
  auto* clear = new QPushButton(QStringLiteral("Clear"), this);
  clear->setToolTip(QStringLiteral("Forget the streams that have ended"));
  connect(clear, &QPushButton::clicked, &browser_->store(), &StreamStore::clear);
  for (QPushButton* button : {browser_->view().followButton(), browser_->view().pauseButton(), clear})
    header_->addButton(button);
  auto* columns = new QMenu(this);
  columns_->fill(columns);
  header_->addMenuButton(QStringLiteral("Columns"), columns);
}

QMenu* StreamsPage::makeRecordingMenu() {
  using config::CaptureLevel;
  auto* menu = new QMenu(this);
  for (const CaptureLevel level : {CaptureLevel::Full, CaptureLevel::Metadata, CaptureLevel::Off})
    menu->addAction(captureLevelText(level), this, [this, level] { record(level); });
  menu->addSeparator();
  menu->addAction(QStringLiteral("Only some streams…"), this, &StreamsPage::chooseRecording);
  return menu;
}

void StreamsPage::record(config::CaptureLevel level) {
  config::Document document = workspace_.document();
  for (config::LoadBalancer& balancer : document.loadBalancers)
    balancer.capture.level = level;
  workspace_.edit(QStringLiteral("Record of streams: %1").arg(captureLevelText(level).toLower()), document);
}

void StreamsPage::chooseRecording() {
  config::Document document = workspace_.document();
  if (document.loadBalancers.empty()) return;
  const bool isOne = document.loadBalancers.size() == 1;
  RecordingDialog dialog(isOne ? QString::fromStdString(document.loadBalancers.front().name)
                               : QStringLiteral("all load balancers"),
                         document.loadBalancers.front().capture, this);
  if (dialog.exec() != QDialog::Accepted) return;
  for (config::LoadBalancer& balancer : document.loadBalancers)
    balancer.capture = dialog.chosen();
  workspace_.edit(QStringLiteral("Change what is recorded of streams"), document);
}

void StreamsPage::showRecording() {
  const auto& balancers = workspace_.document().loadBalancers;
  const bool isOn = std::ranges::any_of(balancers, [](const config::LoadBalancer& balancer) {
    return balancer.capture.level != config::CaptureLevel::Off;
  });
  recording_->setEnabled(!balancers.empty());
  recording_->setText(isOn ? QStringLiteral("● Recording") : QStringLiteral("○ Not recording"));
}

void StreamsPage::connectBridge(EngineBridge& bridge) {
  connect(&bridge, &EngineBridge::eventsArrived, &browser_->store(), &StreamStore::ingest);
  connect(&bridge, &EngineBridge::metricsSampled, this, [this](const observe::MetricsReading& now) {
    active_ = now.total.activeStreams;
    showWords();
  });
  connect(&bridge, &EngineBridge::eventsDropped, this, [this](quint64 details, quint64 /*records*/) {
    lostDetails_ = details;
    showWords();
  });
}

bool StreamsPage::hasStream(quint64 id, WallTime started) const {
  const StreamEntry* entry = browser_->store().find(id);
  return entry && entry->head->started == started;
}

void StreamsPage::showRecord(const std::shared_ptr<const observe::StreamRecord>& record) {
  if (hasStream(record->head->id, record->head->started)) return showStream(record->head->id);
  browser_->showRecord(record);
}

void StreamsPage::showStream(quint64 id) {
  browser_->showStream(id);
}

void StreamsPage::showWords() {
  QString words = QStringLiteral("%1 active · %2 recorded")
                      .arg(countText(static_cast<std::uint64_t>(std::max<std::int64_t>(0, active_))),
                           countText(browser_->store().recorded()));
  if (lostDetails_ > 0) {
    words +=
        QStringLiteral(" · %1 came too fast to show").arg(countOf(lostDetails_, QStringLiteral("detail")));
  }
  header_->setWords(words);
}

}  // namespace spillway::ui
