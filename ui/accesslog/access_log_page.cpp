// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/accesslog/access_log_page.h"

#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "engine/history/entry_lines.h"
#include "engine/history/filter_text.h"
#include "ui/accesslog/access_log_model.h"
#include "ui/accesslog/history_log_model.h"
#include "ui/accesslog/record_pane.h"
#include "ui/models/words.h"
#include "ui/widgets/card.h"
#include "ui/widgets/kept_columns.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/table_look.h"

namespace spillway::ui {

namespace {

LogWords accessLogWords() {
  return {QStringLiteral("Access log"),
          QStringLiteral("Filter: GetFeature unavailable, or status = 5xx and duration > 250ms"),
          QStringLiteral("Nothing yet"),
          QStringLiteral(
              "Each request gets a line here when it ends. Run the route guide demo, or send traffic to "
              "the address of a listener; it stands in the bar above.")};
}

/// What is known of the record's request.
ImaginedRequest imaginedLike(const observe::StreamRecord& record) {
  ImaginedRequest request;
  request.method = record.head->method;
  request.scheme = record.head->scheme;
  request.authority = record.head->authority;
  request.path = record.head->path;
  request.clientIp = history::valueText(*history::findField("client"), record);
  request.fields.assign(record.head->keptFields.begin(), record.head->keptFields.end());
  if (!record.head->userAgent.empty()) request.fields.emplace_back("user-agent", record.head->userAgent);
  return request;
}

QList<int> hiddenFirst() {
  QList<int> hidden;
  for (int column = 0; column < AccessLogColumns::ColumnCount; ++column)
    if (!AccessLogColumns::isShownFirst(column)) hidden << column;
  return hidden;
}

}  // namespace

AccessLogPage::AccessLogPage(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent),
      model_(makeModel(bridge)),
      header_(new PageHeader(QStringLiteral("Access log"), this)),
      view_(new LogView(*model_, Qt::Horizontal, accessLogWords(), this)),
      pane_(new RecordPane(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(view_, 1);
  auto* card = new Card(this);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->addWidget(pane_);
  view_->addPane(card, {830, 300});
  setColumnWidths(view_->table(), {94, 50, 66,  222, 118, 56,  120, 80,  92,  84, 84,
                                   72, 84, 144, 126, 110, 140, 66,  200, 220, 240});
  columns_ = new KeptColumns(view_->table(), QStringLiteral("access-log"), hiddenFirst());
  makeHeader();
  connectBridge(bridge);
  connect(&view_->table(), &LiveTable::selectedSeqChanged, this, &AccessLogPage::showSelected);
  connect(pane_, &RecordPane::showStreamRequested, this, [this] {
    if (auto record = selectedRecord()) Q_EMIT showStreamRequested(record->head->id, record);
  });
  pane_->setExplainer([&bridge](const observe::StreamRecord& record) {
    return bridge.explain({record.head->loadBalancer, record.head->listener}, imaginedLike(record));
  });
  connect(pane_, &RecordPane::filterRequested, view_, &LogView::setFilter);
  connect(&view_->table(), &QTableView::doubleClicked, this, [this](const QModelIndex& index) {
    if (auto record = recordAt(index.row())) Q_EMIT showStreamRequested(record->head->id, record);
  });
  showWords();
}

LogTableModel* AccessLogPage::makeModel(EngineBridge& bridge) {
  historyFile_ = bridge.history().file;
  if (historyFile_.empty()) return live_ = new AccessLogModel(this);
  return history_ = new HistoryLogModel(historyFile_, this);
}

std::shared_ptr<const observe::StreamRecord> AccessLogPage::recordAt(int row) const {
  return live_ ? live_->recordAt(row) : history_->recordAt(row);
}

void AccessLogPage::makeHeader() {
  auto* clear = new QPushButton(QStringLiteral("Clear"), this);
  clear->setToolTip(
      QStringLiteral("Show only what comes from now on; the history and the log file keep the rest"));
  connect(clear, &QPushButton::clicked, this, [this] { live_ ? live_->clear() : history_->clear(); });
  for (QPushButton* button : {view_->followButton(), view_->pauseButton(), clear}) {
    header_->addButton(button);
  }
  auto* columns = new QMenu(this);
  columns_->fill(columns);
  header_->addMenuButton(QStringLiteral("Columns"), columns);
  header_->addMenuButton(QStringLiteral("Export"), makeExportMenu());
}

QMenu* AccessLogPage::makeExportMenu() {
  static const SaveOffer kAlb{QStringLiteral("Export as ALB access log"), QStringLiteral("access.log"),
                              QStringLiteral("Log files (*.log)")},
      kCsv{QStringLiteral("Export as CSV"), QStringLiteral("access-log.csv"),
           QStringLiteral("CSV files (*.csv)")},
      kJson{QStringLiteral("Export as JSON lines"), QStringLiteral("access-log.jsonl"),
            QStringLiteral("JSON lines (*.jsonl)")};
  auto* menu = new QMenu(this);
  menu->addAction(QStringLiteral("ALB access log…"), this, [this] { exportAs(kAlb, EntryFormat::Alb); });
  menu->addAction(QStringLiteral("CSV…"), this, [this] { exportAs(kCsv, EntryFormat::Csv); });
  menu->addAction(QStringLiteral("JSON lines…"), this, [this] { exportAs(kJson, EntryFormat::Json); });
  return menu;
}

/// What the filter selects.
void AccessLogPage::exportAs(const SaveOffer& offer, EntryFormat format) {
  if (history_) return exportHistory(this, offer, historyFile_, model_->filter(), format);
  saveWithDialog(this, offer, [this, format](QIODevice& out) {
    if (format == EntryFormat::Csv) out.write(QByteArray::fromStdString(history::csvHead() + '\n'));
    for (int row = 0; row < live_->rowCount(); ++row) {
      if (const auto record = live_->recordAt(row))
        out.write(QByteArray::fromStdString(entryLine(*record, format) + '\n'));
    }
  });
}

void AccessLogPage::connectBridge(EngineBridge& bridge) {
  if (live_) {
    connect(&bridge, &EngineBridge::eventsArrived, live_, &AccessLogModel::ingest);
  } else {
    connect(history_, &HistoryLogModel::recordsCame, this, &AccessLogPage::showFetched);
    connect(history_, &HistoryLogModel::troubled, view_, &LogView::showTrouble);
  }
  connect(&bridge, &EngineBridge::metricsSampled, this,
          [this](const observe::MetricsReading& now, const observe::MetricsReading& before) {
            const double seconds = std::chrono::duration<double>(now.time - before.time).count();
            const bool grows = before.time != TimePoint{} && now.total.requests >= before.total.requests;
            requests_ = now.total.requests;
            perSecond_ =
                grows && seconds > 0 ? static_cast<double>(requests_ - before.total.requests) / seconds : 0.0;
            showWords();
          });
  connect(&bridge, &EngineBridge::eventsDropped, this, [this](quint64 /*details*/, quint64 records) {
    lostRecords_ = records;
    showWords();
  });
}

void AccessLogPage::showFilter(const QString& filter) {
  view_->setFilter(filter);
}

/// Records came: the selected one perhaps, which then waits for it.
void AccessLogPage::showFetched() {
  if (!pane_->hasRecord()) showSelected();
}

/// nullptr: none is selected, or it is still to be fetched.
std::shared_ptr<const observe::StreamRecord> AccessLogPage::selectedRecord() const {
  const auto seq = view_->table().selectedSeq();
  if (!seq) return nullptr;
  return live_ ? live_->record(*seq) : history_->record(*seq);
}

void AccessLogPage::showSelected() {
  pane_->showRecord(selectedRecord());
}

void AccessLogPage::showWords() {
  QString words =
      QStringLiteral("%1 · %2 per second")
          .arg(requests_ == 1 ? QStringLiteral("1 entry") : countText(requests_) + QStringLiteral(" entries"),
               countText(static_cast<std::uint64_t>(perSecond_ + 0.5)));
  if (live_ && lostRecords_ > 0)
    words += QStringLiteral(" · %1 came too fast to show").arg(countText(lostRecords_));
  header_->setWords(words);
}

}  // namespace spillway::ui
