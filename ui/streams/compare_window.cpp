// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/compare_window.h"

#include <QCheckBox>
#include <QLineEdit>
#include <QVBoxLayout>
#include <chrono>
#include <utility>

#include "ui/bridge/schema_store.h"
#include "ui/models/words.h"
#include "ui/streams/stream_capture.h"
#include "ui/widgets/card.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kRhythm = 150ms;

QString titleOf(const StreamEntry& entry) {
  return QStringLiteral("%1 · %2").arg(
      clockText(entry.head->started),
      entry.target().empty() ? QStringLiteral("no target") : QString::fromStdString(entry.target()));
}

QString signOf(const ComparedRow& row) {
  if (row.isOnlyLeft) return QStringLiteral("− only left");
  if (row.isOnlyRight) return QStringLiteral("+ only right");
  return row.differs() ? QStringLiteral("≠ differs") : QString();
}

TableRow tableRow(const ComparedRow& row, std::size_t place) {
  const Severity severity = row.differs() ? Severity::Notice : Severity::None;
  TableRow made;
  made.key = row.part + QLatin1Char('\n') + row.name;
  made.cells = {{row.part, static_cast<qulonglong>(place)},
                {row.name, {}, Severity::None, {}, true},
                {row.left, {}, Severity::None, {}, true},
                {row.right, {}, Severity::None, {}, true},
                {signOf(row), {}, severity}};
  made.tip = QStringLiteral("%1 · %2\n%3\n%4").arg(row.part, row.name, row.left, row.right);
  return made;
}

/// As it is known now.
StreamEntry entryOf(const StreamStore& store, StreamId id) {
  const StreamEntry& found = *store.find(id);
  StreamEntry entry;
  entry.id = found.id;
  entry.head = found.head;
  entry.record = found.record;
  entry.targets = found.targets;
  entry.halfClosed = found.halfClosed;
  entry.liveRequestMessages = found.liveRequestMessages;
  entry.liveResponseMessages = found.liveResponseMessages;
  entry.liveBytes = found.liveBytes;
  return entry;
}

std::vector<TableColumn> columns(const StreamEntry& left, const StreamEntry& right) {
  return {{QStringLiteral("Part"), 152},
          {QStringLiteral("Name"), 150},
          {titleOf(left), 270},
          {titleOf(right), 270},
          {QStringLiteral("Difference"), 100}};
}

}  // namespace

CompareWindow::CompareWindow(StreamStore& store, const StreamSource& source, SchemaStore& schemas,
                             StreamId left, StreamId right, QWidget* parent)
    : QWidget(parent, Qt::Window),
      store_(store),
      schemas_(schemas),
      sides_{Side{entryOf(store, left)}, Side{entryOf(store, right)}},
      header_(new PageHeader(QStringLiteral("Two streams"), this)),
      table_(new ValueTable(columns(sides_[0].entry, sides_[1].entry),
                            QStringLiteral("Comparison of two streams"), this)),
      onlyDifferences_(new QCheckBox(QStringLiteral("Only what &differs"), this)) {
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(QStringLiteral("Two streams — Spillway"));
  resize(1140, 700);
  pool_.setMaxThreadCount(1);
  makeHeader();
  timer_.setSingleShot(true);
  timer_.setInterval(kRhythm);
  connect(&timer_, &QTimer::timeout, this, &CompareWindow::work);
  connect(&store, &StreamStore::changed, this, &CompareWindow::follow);
  connect(&schemas, &SchemaStore::changed, this, [this] { timer_.start(); });
  for (Side& side : sides_) {
    side.capture = new StreamCapture(source, this);
    connect(side.capture, &StreamCapture::grown, this, [this] { timer_.start(); });
    side.capture->show(&side.entry);
    side.capture->setActive(true);
  }
  work();
}

CompareWindow::~CompareWindow() {
  pool_.waitForDone();
}

void CompareWindow::makeHeader() {
  header_->setWords(QStringLiteral("Comparing…"));
  onlyDifferences_->setChecked(true);
  connect(onlyDifferences_, &QCheckBox::toggled, this, &CompareWindow::showRows);
  auto* filter = new QLineEdit(this);
  filter->setPlaceholderText(QStringLiteral("Filter: trailers, latitude, …"));
  filter->setClearButtonEnabled(true);
  filter->setAccessibleName(QStringLiteral("Filter"));
  connect(filter, &QLineEdit::textChanged, table_, &ValueTable::setFilter);
  auto* card = new Card(this);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->addWidget(table_);
  auto* line = new QHBoxLayout;
  line->addWidget(filter, 1);
  line->addWidget(onlyDifferences_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addLayout(line);
  column->addWidget(card, 1);
}

/// An open stream goes on.
void CompareWindow::follow() {
  for (Side& side : sides_) {
    if (!side.entry.isOpen() || !store_.find(side.entry.id)) continue;
    side.entry = entryOf(store_, side.entry.id);
    side.capture->show(&side.entry);
    timer_.start();
  }
}

void CompareWindow::work() {
  isBehind_ = isAt_;
  if (std::exchange(isAt_, true)) return;
  const auto sideOf = [](const Side& side) {
    return comparedStream(side.entry, side.capture->view(), side.capture->call());
  };
  pool_.start([this, schemas = schemas_.schemas(), left = sideOf(sides_[0]), right = sideOf(sides_[1])] {
    Comparison comparison = compare(schemas, left, right);
    QMetaObject::invokeMethod(
        this, [this, comparison = std::move(comparison)]() mutable { take(std::move(comparison)); });
  });
}

void CompareWindow::take(Comparison comparison) {
  isAt_ = false;
  comparison_ = std::move(comparison);
  showRows();
  Q_EMIT compared();
  if (isBehind_) timer_.start();
}

void CompareWindow::showRows() {
  std::vector<TableRow> rows;
  std::size_t differing = 0;
  for (std::size_t i = 0; i < comparison_.rows.size(); ++i) {
    const ComparedRow& row = comparison_.rows[i];
    if (row.differs()) ++differing;
    if (row.differs() || !onlyDifferences_->isChecked()) rows.push_back(tableRow(row, i));
  }
  table_->setRows(std::move(rows));
  QString words = differing == 0 ? QStringLiteral("Nothing differs in what is known of them")
                                 : countOf(differing, QStringLiteral("difference"));
  words += QStringLiteral(" in %1").arg(countOf(comparison_.rows.size(), QStringLiteral("value")));
  for (const Side& side : sides_) {
    if (side.capture->isMissing())
      words +=
          QStringLiteral(" · of the one of %1 nothing was recorded").arg(clockText(side.entry.head->started));
  }
  if (comparison_.leftOut > 0) words += QStringLiteral(" · %1 left out").arg(countText(comparison_.leftOut));
  header_->setWords(words);
}

}  // namespace spillway::ui
