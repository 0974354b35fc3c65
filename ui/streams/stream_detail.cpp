// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/stream_detail.h"

#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/models/words.h"
#include "ui/streams/message_model.h"
#include "ui/streams/sequence_view.h"
#include "ui/streams/stream_model.h"
#include "ui/streams/stream_summary.h"
#include "ui/widgets/table_look.h"

namespace spillway::ui {

namespace {

enum Tab { SequenceTab, MessagesTab, SummaryTab };

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

}  // namespace

StreamDetail::StreamDetail(QWidget* parent)
    : QWidget(parent),
      stack_(new QStackedWidget(this)),
      tabs_(new QTabWidget(this)),
      title_(new QLabel(this)),
      sequence_(new SequenceView(this)),
      messages_(new MessageModel(this)),
      messageTable_(new QTableView(this)),
      leftOut_(new QLabel(this)),
      facts_(new FactList(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(stack_);
  auto* nothing = new QLabel(QStringLiteral("Select a stream to see what passed, message by message."), this);
  nothing->setAlignment(Qt::AlignCenter);
  nothing->setProperty("role", "muted");
  stack_->addWidget(nothing);
  stack_->addWidget(tabs_);
  tabs_->setDocumentMode(true);
  tabs_->addTab(sequence_, QStringLiteral("Sequence"));
  tabs_->addTab(makeMessages(), QStringLiteral("Messages"));
  tabs_->addTab(makeSummary(), QStringLiteral("Summary"));
  title_->setTextFormat(Qt::PlainText);
  title_->setProperty("role", "muted");
  title_->setContentsMargins(0, 0, 12, 9);
  tabs_->setCornerWidget(title_, Qt::TopRightCorner);
  connect(sequence_, &SequenceView::unfolded, this, &StreamDetail::refreshWanted);
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
  setColumnWidths(*messageTable_, {116, 84, 160, 56, 84, 100});
  messageTable_->horizontalHeader()->setStretchLastSection(true);
  return box;
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
  sequence_->showStream(entry);
  messages_->showStream(entry);
  if (!entry) return;
  const std::uint64_t messages = entry->requestMessages() + entry->responseMessages();
  tabs_->setTabText(MessagesTab, messages == 0 ? QStringLiteral("Messages")
                                               : QStringLiteral("Messages %1").arg(countText(messages)));
  const auto [service, method] = splitGrpcPath(entry->head->path);
  title_->setText(entry->head->isGrpc
                      ? QStringLiteral("%1 · %2/%3").arg(kindWords(entry->kind()), service, method)
                      : QString::fromStdString(entry->head->method + ' ' + entry->head->path));
  const auto shown = static_cast<std::uint64_t>(messages_->rowCount());
  leftOut_->setVisible(messages > shown);
  leftOut_->setText(
      QStringLiteral("%1 more passed; their details were not kept").arg(countText(messages - shown)));
  facts_->showFacts(streamFacts(*entry));
}

}  // namespace spillway::ui
