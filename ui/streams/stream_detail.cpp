// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/stream_detail.h"

#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/models/grpc_methods.h"
#include "ui/models/words.h"
#include "ui/streams/captured_timeline.h"
#include "ui/streams/copy_menu.h"
#include "ui/streams/flow_view.h"
#include "ui/streams/frame_model.h"
#include "ui/streams/header_changes.h"
#include "ui/streams/message_model.h"
#include "ui/streams/message_pane.h"
#include "ui/streams/sequence_view.h"
#include "ui/streams/stream_capture.h"
#include "ui/streams/stream_model.h"
#include "ui/streams/stream_summary.h"
#include "ui/streams/timing.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/table_look.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {

namespace {

enum Tab { SequenceTab, MessagesTab, HeadersTab, FramesTab, FlowTab, TimingTab, SummaryTab };

QString kindWords(observe::CallKind kind) {
  switch (kind) {
    case observe::CallKind::Unary:
      return QStringLiteral("Unary");
    case observe::CallKind::ServerStreaming:
      return QStringLiteral("Server streaming");
    case observe::CallKind::ClientStreaming:
      return QStringLiteral("Client streaming");
    case observe::CallKind::Bidirectional:
      return QStringLiteral("Bidirectional streaming");
    case observe::CallKind::NotGrpc:
      break;
  }
  return QStringLiteral("HTTP");
}

TableRow rowOf(const HeaderRow& header, int place) {
  TableRow row;
  row.key = QString::number(place);
  const Severity severity = header.change == HeaderChange::Kept ? Severity::None : Severity::Notice;
  row.cells = {{header.block},
               {header.name, {}, Severity::None, {}, true},
               {header.in, {}, Severity::None, {}, true},
               {header.out, {}, Severity::None, {}, true},
               {headerChangeText(header.change), {}, severity}};
  row.tip = header.name + QStringLiteral(": ") + (header.out.isEmpty() ? header.in : header.out);
  return row;
}

std::vector<TableColumn> headerColumns() {
  return {{QStringLiteral("Block"), 110},
          {QStringLiteral("Field"), 190},
          {QStringLiteral("Came in"), 330},
          {QStringLiteral("Went out"), 330},
          {QStringLiteral("Spillway"), 100}};
}

QString messageTitle(const MessageBytes& bytes, const observe::CapturedMessage& message, WallTime started) {
  const bool isRequest = message.direction == observe::Direction::Request;
  const auto after = std::chrono::duration_cast<std::chrono::microseconds>(message.arrived - started).count();
  const QString name = bytes.kind == observe::ContentKind::Http
                           ? (isRequest ? QStringLiteral("Request body") : QStringLiteral("Response body"))
                           : QStringLiteral("Message %1").arg(message.number);
  return QStringLiteral("%1 · %2 · %3 · %4 · +%5")
      .arg(name, isRequest ? QStringLiteral("client → target") : QStringLiteral("target → client"),
           bytesText(message.size),
           bytes.isCompressed ? QString::fromStdString(bytes.encoding) : QStringLiteral("identity"),
           durationText(after));
}

observe::Direction directionOf(const SequenceRow& row) {
  return row.isFrom(observe::Direction::Request) ? observe::Direction::Request : observe::Direction::Response;
}

/// A call may use less than its method declares.
bool agrees(grpc::CallKind declared, observe::CallKind used) {
  switch (declared) {
    case grpc::CallKind::Unary:
      return used == observe::CallKind::Unary;
    case grpc::CallKind::ServerStreaming:
      return used == observe::CallKind::ServerStreaming;
    case grpc::CallKind::ClientStreaming:
      return used == observe::CallKind::ClientStreaming;
    case grpc::CallKind::Bidirectional:
      break;
  }
  return used == observe::CallKind::Bidirectional;
}

}  // namespace

StreamDetail::StreamDetail(const StreamSource& source, SchemaStore& schemas, QWidget* parent)
    : QWidget(parent),
      schemas_(schemas),
      isLive_(source.isLive),
      capture_(new StreamCapture(source, this)),
      stack_(new QStackedWidget(this)),
      splitter_(new QSplitter(Qt::Horizontal, this)),
      tabs_(new QTabWidget(this)),
      title_(new QLabel(this)),
      sequence_(new SequenceView(this)),
      messages_(new MessageModel(this)),
      messageTable_(new QTableView(this)),
      leftOut_(new QLabel(this)),
      timingHint_(new QLabel(this)),
      headers_(new ValueTable(headerColumns(), QStringLiteral("Header fields"), this)),
      frames_(new FrameModel(this)),
      flow_(new FlowView(this)),
      timing_(new TimingView(this)),
      facts_(new FactList(this)),
      pane_(new MessagePane(schemas, this)),
      copies_(new CopyMenu(schemas, *capture_, source, this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(stack_);
  auto* nothing = new QLabel(QStringLiteral("Select a stream to see what passed, message by message."), this);
  nothing->setAlignment(Qt::AlignCenter);
  nothing->setProperty("role", "muted");
  stack_->addWidget(nothing);
  auto* page = new QWidget(this);
  auto* lines = new QVBoxLayout(page);
  lines->setContentsMargins(0, 6, 0, 0);
  lines->setSpacing(2);
  auto* top = new QHBoxLayout;
  top->setContentsMargins(0, 0, 10, 0);
  top->addWidget(title_, 1);
  top->addWidget(makeTakeAlongButton(*copies_, *sequence_, page));
  lines->addLayout(top);
  lines->addWidget(splitter_, 1);
  stack_->addWidget(page);
  splitter_->setChildrenCollapsible(false);
  splitter_->addWidget(tabs_);
  splitter_->addWidget(pane_);
  splitter_->setStretchFactor(0, 3);
  splitter_->setStretchFactor(1, 2);
  splitter_->setSizes({720, 440});
  tabs_->setDocumentMode(true);
  tabs_->addTab(sequence_, QStringLiteral("Sequence"));
  tabs_->addTab(makeMessages(), QStringLiteral("Messages"));
  tabs_->addTab(headers_, QStringLiteral("Headers"));
  tabs_->addTab(makeFrames(), QStringLiteral("Frames"));
  tabs_->addTab(flow_, QStringLiteral("Flow control"));
  tabs_->addTab(makeTiming(), QStringLiteral("Timing"));
  tabs_->addTab(makeSummary(), QStringLiteral("Summary"));
  tabs_->setUsesScrollButtons(true);
  title_->setTextFormat(Qt::PlainText);
  title_->setProperty("role", "muted");
  title_->setContentsMargins(14, 0, 14, 0);
  title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  connectCapture();
}

void StreamDetail::connectCapture() {
  connect(capture_, &StreamCapture::replaced, this, &StreamDetail::onReplaced);
  connect(capture_, &StreamCapture::grown, this, &StreamDetail::onGrown);
  connect(tabs_, &QTabWidget::currentChanged, this, &StreamDetail::showTab);
  connect(&schemas_, &SchemaStore::changed, messages_, [this] {
    messages_->setSchemas(schemas_.schemas());
    Q_EMIT refreshWanted();  // what a schema says of the call
  });
  messages_->setSchemas(schemas_.schemas());
  connect(sequence_, &SequenceView::unfolded, this, &StreamDetail::refreshWanted);
  connect(sequence_, &SequenceView::currentChanged, this, &StreamDetail::showChosen);
  connect(messageTable_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          &StreamDetail::showChosen);
  connect(messages_, &QAbstractItemModel::dataChanged, sequence_->viewport(), qOverload<>(&QWidget::update));
  sequence_->setContents(
      [this](const SequenceRow& row) { return messages_->contentOf(directionOf(row), row.number); });
  sequence_->setHeld([this](const SequenceRow& row) -> std::optional<std::int64_t> {
    const auto place = capture_->view().messageAt(directionOf(row), row.number);
    if (!place || !capture_->view().messages()[*place].left) return std::nullopt;
    const observe::CapturedMessage& message = capture_->view().messages()[*place];
    return std::chrono::duration_cast<std::chrono::microseconds>(*message.left - message.arrived).count();
  });
}

QWidget* StreamDetail::makeMessages() {
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(messageTable_);
  column->addWidget(leftOut_);
  leftOut_->setContentsMargins(10, 4, 10, 6);
  leftOut_->setProperty("role", "muted");
  messageTable_->setModel(messages_);
  prepareTable(*messageTable_, QStringLiteral("Messages of the stream"));
  setColumnWidths(*messageTable_, {124, 92, 150, 46, 84, 112, 84, 260});
  messageTable_->horizontalHeader()->setStretchLastSection(true);
  return box;
}

QWidget* StreamDetail::makeFrames() {
  auto* table = new QTableView(this);
  table->setModel(frames_);
  prepareTable(*table, QStringLiteral("HTTP/2 frames of the stream"));
  setColumnWidths(*table, {88, 66, 156, 136, 214, 90, 140, 170});
  table->horizontalHeader()->setStretchLastSection(true);
  return table;
}

QWidget* StreamDetail::makeTiming() {
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  auto* inside = new QWidget(scroll);
  auto* column = new QVBoxLayout(inside);
  column->setContentsMargins(0, 4, 0, 4);
  column->addWidget(timing_);
  timingHint_->setWordWrap(true);
  timingHint_->setMargin(14);
  timingHint_->setProperty("role", "muted");
  column->addWidget(timingHint_);
  column->addStretch();
  scroll->setWidget(inside);
  inside->setAutoFillBackground(false);
  return scroll;
}

QWidget* StreamDetail::makeSummary() {
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  auto* inside = new QWidget(scroll);
  auto* column = new QVBoxLayout(inside);
  column->setContentsMargins(14, 10, 14, 10);
  column->addWidget(facts_);
  column->addStretch();
  scroll->setWidget(inside);
  inside->setAutoFillBackground(false);
  return scroll;
}

void StreamDetail::showStream(const StreamEntry* entry) {
  stack_->setCurrentIndex(entry ? 1 : 0);
  target_ = entry && isLive_ ? entry->target() : std::string();
  bare_.reset();
  if (entry && entry->timeline.empty()) bare_ = *entry;
  const bool isSame = entry && entry->id == shown_;
  capture_->show(entry);
  if (!isSame) chosen_.reset();
  shown_ = entry ? entry->id : 0;
  sequence_->showStream(entry);
  messages_->showStream(entry);
  copies_->showStream(entry);
  if (!entry) return;
  if (entry->head->isGrpc) schemas_.want(target_);
  onGrown();
  const std::uint64_t messages = entry->requestMessages() + entry->responseMessages();
  tabs_->setTabText(MessagesTab, messages == 0 ? QStringLiteral("Messages")
                                               : QStringLiteral("Messages %1").arg(countText(messages)));
  title_->setText(callWords(*entry));
  const auto shown = static_cast<std::uint64_t>(messages_->rowCount());
  leftOut_->setVisible(messages > shown);
  leftOut_->setText(
      QStringLiteral("%1 more passed; their details were not kept").arg(countText(messages - shown)));
  facts_->showFacts(streamFacts(*entry));
}

/// The kind of call as its messages show it; what a schema says of it, where that differs.
QString StreamDetail::callWords(const StreamEntry& entry) const {
  if (!entry.head->isGrpc) return QString::fromStdString(entry.head->method + ' ' + entry.head->path);
  const auto [service, method] = splitGrpcPath(entry.head->path);
  QString words = QStringLiteral("%1 · %2/%3").arg(kindWords(entry.kind()), service, method);
  const auto found = schemas_.schemas().method(entry.head->path);
  if (!found) return words;
  const grpc::CallKind declared = found->method.kind;
  if (entry.record && !agrees(declared, entry.kind()))
    words += QStringLiteral(" · declared %1, used as %2")
                 .arg(kindText(declared), kindWords(entry.kind()).toLower());
  return words + QStringLiteral(" · ") + QString::fromStdString(found->method.line);
}

void StreamDetail::onReplaced() {
  keepChosen();
  messages_->forgetCapture();
  frames_->show(&capture_->view(), capture_->started());
  flow_->restart(capture_->started());
  pane_->show(std::nullopt, {}, {});
}

void StreamDetail::onGrown() {
  if (bare_ && !capture_->view().empty()) {
    const StreamEntry told = withTimeline(*bare_, capture_->view());
    sequence_->showStream(&told);
  }
  keepChosen();
  messages_->showCapture(capture_->view(), capture_->call());
  chooseAgain();
  frames_->grow();
  const auto frames = capture_->view().frames().size();
  tabs_->setTabText(
      FramesTab, frames == 0 ? QStringLiteral("Frames") : QStringLiteral("Frames %1").arg(countText(frames)));
  showTab();
  // What was chosen before its bytes were known.
  if (!pane_->hasMessage()) showChosen();
}

/// The rows may be made anew from what was captured.
void StreamDetail::keepChosen() {
  if (const auto chosen = messages_->nameOf(messageTable_->currentIndex().row())) chosen_ = chosen;
}

void StreamDetail::chooseAgain() {
  if (!chosen_ || messageTable_->currentIndex().isValid()) return;
  const auto place = capture_->view().messageAt(chosen_->first, chosen_->second);
  if (place) messageTable_->selectRow(static_cast<int>(*place));
}

/// Only the tab in view is made.
void StreamDetail::showTab() {
  const observe::CaptureView& view = capture_->view();
  pane_->setVisible(tabs_->currentIndex() == SequenceTab || tabs_->currentIndex() == MessagesTab);
  switch (tabs_->currentIndex()) {
    case HeadersTab:
      return showHeaders();
    case FlowTab:
      return flow_->show(view);
    case TimingTab:
      timing_->showSpans(timingSpans(view, capture_->started()));
      timingHint_->setText(
          view.empty() ? QStringLiteral("Nothing was recorded of this stream: recording was off, or too many "
                                        "began at once. The summary has ALB's three times.")
                       : QStringLiteral("From what passed, by Spillway's clock. The summary has ALB's "
                                        "three times."));
      return;
    default:
      return;
  }
}

void StreamDetail::showHeaders() {
  std::vector<TableRow> rows;
  for (const HeaderRow& header : headerRows(capture_->view()))
    rows.push_back(rowOf(header, static_cast<int>(rows.size())));
  headers_->setRows(std::move(rows));
}

void StreamDetail::showMessage(int row) {
  const observe::CapturedMessage* message = messages_->captured(row);
  if (!message) return pane_->show(std::nullopt, {}, {});
  const MessageBytes bytes = bytesOf(capture_->view(), *message, capture_->call());
  pane_->show(bytes, messageTitle(bytes, *message, capture_->started()), target_);
}

/// The details of a status are a message of their own.
void StreamDetail::showTrailers() {
  for (const observe::CapturedFields& fields : capture_->view().fields()) {
    if (fields.direction != observe::Direction::Response) continue;
    for (const auto& [name, value] : *fields.fields) {
      if (name != "grpc-status-details-bin") continue;
      const QByteArray bytes = QByteArray::fromBase64(QByteArray::fromStdString(value));
      MessageBytes status{capture_->call(), fields.direction, bytes.toStdString(),
                          static_cast<std::uint64_t>(bytes.size())};
      status.typeName = "google.rpc.Status";
      return pane_->show(status, QStringLiteral("Details of the status · grpc-status-details-bin"), target_);
    }
  }
  pane_->show(std::nullopt, {}, {});
}

/// The message that is chosen in the tab in view.
void StreamDetail::showChosen() {
  if (tabs_->currentIndex() == MessagesTab) return showMessage(messageTable_->currentIndex().row());
  const int current = sequence_->currentRow();
  if (current < 0 || current >= static_cast<int>(sequence_->rows().size())) return;
  const SequenceRow& row = sequence_->rows()[static_cast<std::size_t>(current)];
  if (row.shape == SequenceShape::Trailers) return showTrailers();
  if (row.shape != SequenceShape::Message) return showMessage(-1);
  const auto place = capture_->view().messageAt(directionOf(row), row.number);
  showMessage(place ? static_cast<int>(*place) : -1);
}

void StreamDetail::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  capture_->setActive(true);
}

void StreamDetail::hideEvent(QHideEvent* event) {
  QWidget::hideEvent(event);
  capture_->setActive(false);
}

}  // namespace spillway::ui
