// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/copy_menu.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QPushButton>

#include "engine/export/commands.h"
#include "engine/history/entry_json.h"
#include "ui/streams/sequence_export.h"
#include "ui/streams/sequence_view.h"
#include "ui/streams/stream_capture.h"

namespace spillway::ui {

CopyMenu::CopyMenu(const SchemaStore& schemas, const StreamCapture& capture, const StreamSource& source,
                   QWidget* parent)
    : QMenu(QStringLiteral("Copy as"), parent), schemas_(schemas), capture_(capture), caFile_(source.caFile) {
  pool_.setMaxThreadCount(1);
  curl_ = addAction(QStringLiteral("curl command"), this, [this] { copyCommand(false); });
  grpcurl_ = addAction(QStringLiteral("grpcurl command"), this, [this] { copyCommand(true); });
  addSeparator();
  summary_ = addAction(QStringLiteral("Summary as JSON"), this, &CopyMenu::copySummary);
  addAction(QStringLiteral("Messages as JSON"), this, [this] { copyMessages(MessagesAs::Json); });
  addAction(QStringLiteral("Messages as text"), this, [this] { copyMessages(MessagesAs::Text); });
  addAction(QStringLiteral("Messages as hex"), this, [this] { copyMessages(MessagesAs::Hex); });
  showStream(nullptr);
}

CopyMenu::~CopyMenu() {
  pool_.clear();
  pool_.waitForDone();
}

void CopyMenu::showStream(const StreamEntry* entry) {
  head_ = entry ? entry->head : nullptr;
  record_ = entry ? entry->record : nullptr;
  setEnabled(entry != nullptr);
  curl_->setEnabled(head_ && !head_->isGrpc);
  grpcurl_->setEnabled(head_ && head_->isGrpc);
  summary_->setEnabled(record_ != nullptr);
}

void CopyMenu::copyCommand(bool isGrpcurl) {
  if (!head_) return;
  exporting::CommandFacts facts;
  facts.caFile = caFile_;
  if (record_) facts.listenerAddress = record_->listenerAddress;
  // Batches are shared: a view of its own goes along.
  const observe::CaptureView view = capture_.view();
  if (!isGrpcurl) {
    return copy([head = head_, view, facts] {
      return QString::fromStdString(exporting::curlCommand(*head, view, facts));
    });
  }
  copy([head = head_, view, call = capture_.call(), facts, schemas = schemas_.schemas()]() mutable {
    facts.messagesJson = requestJson(schemas, messagesToCopy(view, call));
    return QString::fromStdString(exporting::grpcurlCommand(*head, view, facts));
  });
}

void CopyMenu::copySummary() {
  if (!record_) return;
  copy([record = record_] { return QString::fromStdString(history::entryJson(*record)); });
}

void CopyMenu::copyMessages(MessagesAs as) {
  if (!head_) return;
  copy([call = capture_.call(), view = capture_.view(), as, schemas = schemas_.schemas()] {
    return messagesText(schemas, messagesToCopy(view, call), as);
  });
}

void CopyMenu::copy(std::function<QString()> make) {
  pool_.start([this, make = std::move(make)] {
    QMetaObject::invokeMethod(this, [this, text = make()] {
      QGuiApplication::clipboard()->setText(text);
      Q_EMIT copied();
    });
  });
}

QWidget* makeTakeAlongButton(CopyMenu& copies, SequenceView& sequence, QWidget* parent) {
  auto* button = new QPushButton(QStringLiteral("Take along"), parent);
  auto* menu = new QMenu(button);
  menu->addMenu(&copies);
  menu->addSeparator();
  menu->addAction(QStringLiteral("Sequence as SVG…"), &sequence,
                  [&sequence] { exportSequence(sequence, SequenceFormat::Svg); });
  menu->addAction(QStringLiteral("Sequence as PDF…"), &sequence,
                  [&sequence] { exportSequence(sequence, SequenceFormat::Pdf); });
  menu->addAction(QStringLiteral("Print the sequence…"), &sequence, [&sequence] { printSequence(sequence); });
  button->setToolTip(
      QStringLiteral("Copy the stream as a command, JSON, text or hex; save or print its sequence"));
  button->setProperty("hasMenu", true);
  button->setMenu(menu);
  return button;
}

}  // namespace spillway::ui
