// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/stream_browser.h"

#include <QActionGroup>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

#include "engine/history/entry_lines.h"
#include "ui/export/save_dialog.h"
#include "ui/export/table_text.h"
#include "ui/streams/compare_window.h"
#include "ui/streams/copy_menu.h"
#include "ui/streams/stream_detail.h"
#include "ui/streams/stream_groups.h"
#include "ui/streams/stream_model.h"
#include "ui/widgets/card.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"
#include "ui/widgets/table_look.h"

namespace spillway::ui {

namespace {

constexpr auto kGroupKey = "streams/groupBy";

}  // namespace

StreamBrowser::StreamBrowser(const StreamSource& source, SchemaStore& schemas, const LogWords& words,
                             QWidget* parent)
    : QWidget(parent),
      source_(source),
      schemas_(schemas),
      store_(new StreamStore(this)),
      model_(new StreamModel(*store_, this)),
      view_(new LogView(*model_, Qt::Vertical, words, this)),
      detail_(new StreamDetail(source, schemas, this)),
      groups_(new StreamGroups(*store_, this)),
      compare_(new QAction(QStringLiteral("Compare two streams"), this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(view_);
  view_->addSide(groups_, 380);
  auto* card = new Card(this);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->addWidget(detail_);
  view_->addPane(card, {240, 420});
  setColumnWidths(view_->table(), {94, 140, 104, 54, 118, 112, 116, 70, 80, 80});
  view_->table().horizontalHeader()->setStretchLastSection(true);
  compare_->setShortcut(QKeySequence(QStringLiteral("Ctrl+D")));
  compare_->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  compare_->setToolTip(QStringLiteral("Select two streams: what differs is shown side by side"));
  compare_->setEnabled(false);
  addAction(compare_);
  connect(compare_, &QAction::triggered, this, &StreamBrowser::compareSelected);
  connect(view_->table().selectionModel(), &QItemSelectionModel::selectionChanged, this,
          [this] { compare_->setEnabled(selectedPair().has_value()); });
  groups_->hide();
  connect(groups_, &StreamGroups::chosen, view_, &LogView::setFilter);
  connect(&view_->table(), &LiveTable::selectedSeqChanged, this, &StreamBrowser::showSelected);
  connect(&view_->table(), &LiveTable::menuOpening, this, &StreamBrowser::fillMenu);
  connect(detail_, &StreamDetail::refreshWanted, this, &StreamBrowser::showSelected);
  connect(store_, &StreamStore::changed, this, &StreamBrowser::onStoreChanged);
}

void StreamBrowser::showStream(StreamId id) {
  if (!store_->find(id)) return;
  if (model_->rowOfStream(id) < 0) view_->setFilter({});
  if (model_->rowOfStream(id) < 0) view_->pauseButton()->setChecked(false);
  view_->table().selectSeq(store_->seqOf(id));
  view_->table().setFocus();
}

void StreamBrowser::showRecord(const std::shared_ptr<const observe::StreamRecord>& record) {
  view_->table().clearSelection();
  StreamEntry entry;
  entry.id = record->head->id;
  entry.head = record->head;
  entry.record = record;
  selectedId_.reset();
  detail_->showStream(&entry);
}

/// An open stream whose block was evicted has moved to another row; the selection goes with it.
void StreamBrowser::onStoreChanged(const RowChange& change) {
  const auto seq = view_->table().selectedSeq();
  const bool moved =
      !seq && selectedId_ && store_->find(*selectedId_) && store_->seqOf(*selectedId_) != selectedSeq_;
  if (moved) view_->table().selectSeq(store_->seqOf(*selectedId_));
  if (seq && std::binary_search(change.updated.begin(), change.updated.end(), *seq)) showSelected();
}

void StreamBrowser::showSelected() {
  const auto seq = view_->table().selectedSeq();
  const StreamEntry* entry = seq ? store_->at(*seq) : nullptr;
  if (entry) {
    selectedId_ = entry->id;
    selectedSeq_ = *seq;
  }
  detail_->showStream(entry);
}

void StreamBrowser::fillMenu(QMenu& menu) {
  menu.addMenu(&detail_->copyMenu());
  QMenu* files = menu.addMenu(QStringLiteral("Export the selected streams"));
  addExportActions(*files, this, [this] { return selectedStreams(); });
  files->setEnabled(!selectedStreams().streams.empty());
  menu.addAction(compare_);
}

/// The selected streams, when there are two.
std::optional<std::pair<StreamId, StreamId>> StreamBrowser::selectedPair() const {
  const QList<int> rows = selectedRows();
  if (rows.size() != 2) return std::nullopt;
  const StreamEntry *left = model_->entryAt(rows[0]), *right = model_->entryAt(rows[1]);
  if (!left || !right) return std::nullopt;
  return std::pair(left->id, right->id);
}

void StreamBrowser::compareSelected() {
  const auto pair = selectedPair();
  if (!pair) return;
  auto* window = new CompareWindow(*store_, source_, schemas_, pair->first, pair->second, this);
  window->show();
}

QMenu* StreamBrowser::makeExportMenu() {
  auto* menu = new QMenu(this);
  addExportActions(*menu, this, [this] { return shownStreams(); });
  menu->addSeparator();
  menu->addAction(QStringLiteral("Table as CSV…"), this, [this] {
    saveWithDialog(
        this,
        {QStringLiteral("Export as CSV"), QStringLiteral("streams.csv"), QStringLiteral("CSV files (*.csv)")},
        [this](QIODevice& out) { writeCsv(*model_, out); });
  });
  menu->addAction(QStringLiteral("Summaries as JSON lines…"), this, [this] {
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

QMenu* StreamBrowser::makeGroupMenu() {
  auto* menu = new QMenu(this);
  auto* ways = new QActionGroup(menu);
  const auto add = [&](const QString& words, GroupStreamsBy by) {
    QAction* action = menu->addAction(words, this, [this, by] {
      QSettings().setValue(QLatin1String(kGroupKey), static_cast<int>(by));
      groups_->groupBy(by);
    });
    action->setCheckable(true);
    action->setChecked(by == groups_->by());
    ways->addAction(action);
  };
  groups_->groupBy(static_cast<GroupStreamsBy>(QSettings().value(QLatin1String(kGroupKey), 0).toInt()));
  add(QStringLiteral("No groups"), GroupStreamsBy::Nothing);
  add(QStringLiteral("By method"), GroupStreamsBy::Method);
  add(QStringLiteral("By target"), GroupStreamsBy::Target);
  return menu;
}

StreamsToExport StreamBrowser::ended(const QList<int>& rows) const {
  StreamsToExport chosen{{}, source_.historyFile};
  for (const int row : rows) {
    const StreamEntry* entry = model_->entryAt(row);
    if (!entry || !entry->record) continue;
    auto& stream = chosen.streams.emplace_back(exporting::RecordedStream{entry->record, {}});
    // The history has what may be taken along: secrets are only hidden in memory.
    if (!source_.historyFile.empty()) continue;
    if (auto found = source_.find(entry->id, 0)) stream.capture = std::move(*found);
  }
  return chosen;
}

StreamsToExport StreamBrowser::shownStreams() const {
  QList<int> rows(model_->rowCount());
  std::iota(rows.begin(), rows.end(), 0);
  return ended(rows);
}

QList<int> StreamBrowser::selectedRows() const {
  QList<int> rows;
  for (const QModelIndex& index : view_->table().selectionModel()->selectedRows())
    rows << index.row();
  std::ranges::sort(rows);
  return rows;
}

StreamsToExport StreamBrowser::selectedStreams() const {
  return ended(selectedRows());
}

}  // namespace spillway::ui
