// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/message_editor.h"

#include <QPlainTextEdit>
#include <QTabWidget>
#include <QTextCursor>
#include <QVBoxLayout>

#include "engine/grpc/message_json.h"
#include "ui/bridge/schema_store.h"
#include "ui/calls/message_form_view.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kCheckDelay = 150;  // milliseconds

}  // namespace

MessageEditor::MessageEditor(SchemaStore& schemas, QWidget* parent)
    : QWidget(parent),
      schemas_(schemas),
      tabs_(new QTabWidget(this)),
      text_(new QPlainTextEdit(this)),
      form_(new MessageFormView(this)) {
  pool_.setMaxThreadCount(1);
  text_->setFont(Theme::fixedFont());
  text_->setTabChangesFocus(true);
  text_->setAccessibleName(QStringLiteral("Message as JSON"));
  tabs_->setDocumentMode(true);
  tabs_->addTab(text_, QStringLiteral("Message"));
  tabs_->addTab(form_, QStringLiteral("Form"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(tabs_);
  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &MessageEditor::check);
  connect(text_, &QPlainTextEdit::textChanged, this, [this] { timer_.start(kCheckDelay); });
  connect(tabs_, &QTabWidget::currentChanged, this, &MessageEditor::showForm);
  connect(form_, &MessageFormView::edited, this, &MessageEditor::takeForm);
}

MessageEditor::~MessageEditor() {
  pool_.clear();
  pool_.waitForDone();
}

void MessageEditor::setMethod(const std::optional<grpc::Method>& method) {
  const bool isAnother = method && (!method_ || method->path != method_->path);
  if (method) method_ = method;
  if (isAnother) setJson(QString::fromStdString(grpc::jsonTemplate(method->request)));
  check();
}

QString MessageEditor::json() const {
  return text_->toPlainText();
}

void MessageEditor::setJson(const QString& json) {
  text_->setPlainText(json);
  showForm();
}

/// Only the form that is in view is made.
void MessageEditor::showForm() {
  if (method_ && tabs_->currentWidget() == form_) form_->showJson(method_->request, json());
}

/// In one step, so that it can be undone where it is text.
void MessageEditor::takeForm(const QString& json) {
  QTextCursor all(text_->document());
  all.select(QTextCursor::Document);
  all.insertText(json);
}

/// In a thread: a message may be large.
void MessageEditor::check() {
  const quint64 ticket = ++ticket_;
  if (!method_) return;
  pool_.clear();
  pool_.start(
      [this, ticket, type = method_->request, schemas = schemas_.schemas(), json = json().toStdString()] {
        const auto message = grpc::jsonMessage(schemas, type, json);
        const QString words = message ? QString() : QString::fromStdString(message.error().detail);
        QMetaObject::invokeMethod(this, [this, ticket, words] {
          if (ticket != ticket_) return;
          hasMistake_ = !words.isEmpty();
          Q_EMIT checked(words);
        });
      });
}

}  // namespace spillway::ui
