// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/streams_page.h"

#include <QHeaderView>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "engine/history/entry_lines.h"
#include "ui/export/save_dialog.h"
#include "ui/export/table_text.h"
#include "ui/models/words.h"
#include "ui/streams/recording_dialog.h"
#include "ui/streams/stream_detail.h"
#include "ui/streams/stream_model.h"
#include "ui/widgets/card.h"
#include "ui/widgets/kept_columns.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/table_look.h"

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
      store_(new StreamStore(this)),
      model_(new StreamModel(*store_, this)),
      header_(new PageHeader(QStringLiteral("Streams"), this)),
      view_(new LogView(*model_, Qt::Vertical, streamWords(), this)),
      detail_(new StreamDetail(bridge, schemas, this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(view_, 1);
  auto* card = new Card(this);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->addWidget(detail_);
  view_->addPane(card, {240, 420});
  setColumnWidths(view_->table(), {94, 152, 112, 56, 124, 118, 116, 70, 80, 88});
  columns_ = new KeptColumns(view_->table(), QStringLiteral("streams"));
  view_->table().horizontalHeader()->setStretchLastSection(true);
  makeHeader();
  connectBridge(bridge);
  connect(&view_->table(), &LiveTable::selectedSeqChanged, this, &StreamsPage::showSelected);
  connect(detail_, &StreamDetail::refreshWanted, this, &StreamsPage::showSelected);
  connect(store_, &StreamStore::changed, this, &StreamsPage::onStoreChanged);
  showWords();
}

void StreamsPage::makeHeader() {
  recording_ = header_->addMenuButton(QStringLiteral("Recording"), makeRecordingMenu());
  recording_->setToolTip(QStringLiteral("What is kept of each stream, for looking into it"));
  connect(&workspace_, &Workspace::documentChanged, this, &StreamsPage::showRecording);
  showRecording();
  auto* clear = new QPushButton(QStringLiteral("Clear"), this);
  clear->setToolTip(QStringLiteral("Forget the streams that have ended"));
  connect(clear, &QPushButton::clicked, store_, &StreamStore::clear);
  for (QPushButton* button : {view_->followButton(), view_->pauseButton(), clear}) {
    header_->addButton(button);
  }
  auto* columns = new QMenu(this);
  columns_->fill(columns);
  header_->addMenuButton(QStringLiteral("Columns"), columns);
  header_->addMenuButton(QStringLiteral("Export"), makeExportMenu());
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

QMenu* StreamsPage::makeExportMenu() {
  auto* menu = new QMenu(this);
  menu->addAction(QStringLiteral("CSV…"), this, [this] {
    saveWithDialog(
        this,
        {QStringLiteral("Export as CSV"), QStringLiteral("streams.csv"), QStringLiteral("CSV files (*.csv)")},
        [this](QIODevice& out) { writeCsv(*model_, out); });
  });
  menu->addAction(QStringLiteral("JSON lines…"), this, [this] {
    saveWithDialog(this,
                   {QStringLiteral("Export ended streams as JSON lines"), QStringLiteral("streams.jsonl"),
                    QStringLiteral("JSON lines (*.jsonl)")},
                   [this](QIODevice& out) {
                     for (int row = 0; row < model_->rowCount(); ++row) {
                       const StreamEntry* entry = model_->entryAt(row);
                       if (entry && entry->record)
                         out.write(QByteArray::fromStdString(history::jsonLine(*entry->record) + '\n'));
                     }
                   });
  });
  return menu;
}

void StreamsPage::connectBridge(EngineBridge& bridge) {
  connect(&bridge, &EngineBridge::eventsArrived, store_, &StreamStore::ingest);
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
  const StreamEntry* entry = store_->find(id);
  return entry && entry->head->started == started;
}

void StreamsPage::showRecord(const std::shared_ptr<const observe::StreamRecord>& record) {
  if (hasStream(record->head->id, record->head->started)) return showStream(record->head->id);
  view_->table().clearSelection();
  StreamEntry entry;
  entry.id = record->head->id;
  entry.head = record->head;
  entry.record = record;
  selectedId_.reset();
  detail_->showStream(&entry);
}

void StreamsPage::showStream(quint64 id) {
  if (!store_->find(id)) return;
  if (model_->rowOfStream(id) < 0) view_->setFilter({});
  if (model_->rowOfStream(id) < 0) view_->pauseButton()->setChecked(false);
  view_->table().selectSeq(store_->seqOf(id));
  view_->table().setFocus();
}

/// An open stream whose block was evicted has moved to another row; the selection goes with it.
void StreamsPage::onStoreChanged(const RowChange& change) {
  const auto seq = view_->table().selectedSeq();
  const bool moved =
      !seq && selectedId_ && store_->find(*selectedId_) && store_->seqOf(*selectedId_) != selectedSeq_;
  if (moved) view_->table().selectSeq(store_->seqOf(*selectedId_));
  if (seq && std::binary_search(change.updated.begin(), change.updated.end(), *seq)) showSelected();
  showWords();
}

void StreamsPage::showSelected() {
  const auto seq = view_->table().selectedSeq();
  const StreamEntry* entry = seq ? store_->at(*seq) : nullptr;
  if (entry) {
    selectedId_ = entry->id;
    selectedSeq_ = *seq;
  }
  detail_->showStream(entry);
}

void StreamsPage::showWords() {
  QString words = QStringLiteral("%1 active · %2 recorded")
                      .arg(countText(static_cast<std::uint64_t>(std::max<std::int64_t>(0, active_))),
                           countText(store_->recorded()));
  if (lostDetails_ > 0) {
    words +=
        QStringLiteral(" · %1 came too fast to show").arg(countOf(lostDetails_, QStringLiteral("detail")));
  }
  header_->setWords(words);
}

}  // namespace spillway::ui
