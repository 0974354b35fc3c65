// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/events/events_page.h"

#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/export/save_dialog.h"
#include "ui/export/table_text.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;

std::vector<TableColumn> columns() {
  return {{QStringLiteral("Time"), 170},
          {QStringLiteral("About"), 100},
          {QStringLiteral("What happened"), 540},
          {QStringLiteral("Times"), 76, ColumnAlign::Right},
          {QStringLiteral("Until"), 104}};
}

QString kindWord(JournalKind kind) {
  switch (kind) {
    case JournalKind::Configuration:
      return QStringLiteral("Configuration");
    case JournalKind::Health:
      return QStringLiteral("Health");
    case JournalKind::Errors:
      return QStringLiteral("Errors");
    case JournalKind::Losses:
      return QStringLiteral("Losses");
    case JournalKind::Connections:
      return QStringLiteral("Connections");
    case JournalKind::Logs:
      return QStringLiteral("Log files");
    case JournalKind::History:
      break;
  }
  return QStringLiteral("History");
}

TableRow rowOf(const JournalEntry& entry) {
  TableRow row;
  row.key = QString::number(entry.number);
  const QVariant time = QVariant::fromValue<qlonglong>(entry.time.time_since_epoch().count());
  const QVariant last = QVariant::fromValue<qlonglong>(entry.last.time_since_epoch().count());
  row.cells = {{dateTimeText(entry.time), time},
               {kindWord(entry.kind)},
               {markedText(entry.severity, entry.words), {}, entry.severity},
               {countText(entry.times), QVariant::fromValue<qulonglong>(entry.times)},
               {entry.last == entry.time ? QString() : clockText(entry.last), last}};
  row.tip = entry.words;
  return row;
}

}  // namespace

EventsPage::EventsPage(EngineBridge& bridge, Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      header_(new PageHeader(QStringLiteral("Events"), this)),
      table_(new ValueTable(columns(), QStringLiteral("Events"), this)),
      stack_(new QStackedWidget(this)),
      show_(new QPushButton(QStringLiteral("Show"), this)) {
  makeHeader();
  stack_->addWidget(makeTable());
  stack_->addWidget(new EmptyState(
      QStringLiteral("Nothing has happened yet"),
      QStringLiteral(
          "Changes of the configuration and of the targets' health, and requests that fail, stand here."),
      stack_));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(stack_, 1);
  redraw_.setSingleShot(true);
  redraw_.setInterval(250ms);
  connect(&redraw_, &QTimer::timeout, this, &EventsPage::showEntries);
  connectSources(bridge, workspace);
  showEntries();
}

void EventsPage::makeHeader() {
  show_->setToolTip(QStringLiteral("Opens where more can be seen of it (Enter or double-click)"));
  auto* clear = new QPushButton(QStringLiteral("Clear"), this);
  clear->setToolTip(QStringLiteral("Empties this list; the history keeps what it has"));
  auto* save = new QPushButton(QStringLiteral("Export"), this);
  for (QPushButton* button : {show_, clear, save})
    header_->addButton(button);
  connect(show_, &QPushButton::clicked, this, &EventsPage::showSelected);
  connect(clear, &QPushButton::clicked, &journal_, &EventJournal::clear);
  connect(save, &QPushButton::clicked, this, [this] {
    saveWithDialog(this,
                   {QStringLiteral("Export the events as CSV"), QStringLiteral("events.csv"),
                    QStringLiteral("CSV files (*.csv)")},
                   [this](QIODevice& out) { writeCsv(*table_->model(), out); });
  });
}

QWidget* EventsPage::makeTable() {
  auto* card = new Card(stack_);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->setSpacing(0);
  auto* filter = new QLineEdit(card);
  filter->setPlaceholderText(QStringLiteral("Filter: health, or a target's address"));
  filter->setClearButtonEnabled(true);
  filter->setAccessibleName(QStringLiteral("Filter of the events"));
  auto* line = new QHBoxLayout;
  line->setContentsMargins(10, 8, 10, 8);
  line->addWidget(filter);
  inside->addLayout(line);
  inside->addWidget(table_, 1);
  table_->sortByColumn(0, Qt::DescendingOrder);
  connect(filter, &QLineEdit::textChanged, table_, &ValueTable::setFilter);
  connect(table_, &ValueTable::selectedKeyChanged, this,
          [this] { show_->setEnabled(!table_->selectedKey().isEmpty()); });
  connect(table_, &QTableView::doubleClicked, this, &EventsPage::showSelected);
  for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
    auto* enter = new QShortcut(QKeySequence(key), table_);
    enter->setContext(Qt::WidgetShortcut);
    connect(enter, &QShortcut::activated, this, &EventsPage::showSelected);
  }
  return card;
}

void EventsPage::connectSources(EngineBridge& bridge, Workspace& workspace) {
  connect(&bridge, &EngineBridge::eventsArrived, &journal_, &EventJournal::takeEvents);
  connect(&bridge, &EngineBridge::eventsDropped, &journal_,
          [this](quint64 details, quint64 records) { journal_.takeLosses(details, records, wallNow()); });
  connect(&bridge, &EngineBridge::historyTroubled, &journal_, [this](const QString& words) {
    journal_.tell(JournalKind::History, Severity::Warning, words, wallNow());
  });
  connect(&bridge, &EngineBridge::historyLost, &journal_,
          [this](quint64 requests) { journal_.takeHistoryLosses(requests, wallNow()); });
  connect(&bridge, &EngineBridge::logTroubled, &journal_, [this](const QString& words) {
    journal_.tell(JournalKind::Logs, Severity::Bad, words, wallNow());
  });
  connect(&workspace, &Workspace::changed, &journal_, [this](const QString& words) {
    journal_.tell(JournalKind::Configuration, Severity::None, words, wallNow());
  });
  connect(&workspace, &Workspace::problem, &journal_, [this](const QString& words) {
    journal_.tell(JournalKind::Configuration, Severity::Bad, words, wallNow());
  });
  connect(&journal_, &EventJournal::changed, this, [this] {
    if (isVisible() && !redraw_.isActive()) redraw_.start();
  });
}

void EventsPage::showEntries() {
  std::vector<TableRow> rows;
  std::uint64_t bad = 0;
  for (const JournalEntry& entry : journal_.entries()) {
    rows.push_back(rowOf(entry));
    if (entry.severity == Severity::Bad) ++bad;
  }
  stack_->setCurrentIndex(rows.empty() ? 1 : 0);
  show_->setEnabled(!rows.empty());
  header_->setWords(rows.empty() ? QString()
                                 : countOf(rows.size(), QStringLiteral("event")) +
                                       (bad == 0 ? QString() : QStringLiteral(" · %1 of trouble").arg(bad)));
  table_->setRows(std::move(rows));
}

void EventsPage::showSelected() {
  const quint64 number = table_->selectedKey().toULongLong();
  const auto& entries = journal_.entries();
  const auto found = std::ranges::find(entries, number, &JournalEntry::number);
  if (found != entries.end()) Q_EMIT showRequested(*found);
}

void EventsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  showEntries();
}

}  // namespace spillway::ui
