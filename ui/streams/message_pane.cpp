// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/message_pane.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTreeView>
#include <QVBoxLayout>

#include "ui/models/words.h"
#include "ui/streams/hex_text.h"
#include "ui/streams/message_tree_model.h"
#include "ui/streams/schemas_dialog.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

enum Tab { DecodedTab, JsonTab, TextTab, WireTab, HexTab };

/// Of a large message so many bytes are shown one by one.
constexpr std::size_t kHexBytes = 64 * 1024;
/// Larger trees open their first level only.
constexpr int kOpenBelow = 400;

QPlainTextEdit* makeText(QWidget* parent, const QString& name) {
  auto* text = new QPlainTextEdit(parent);
  text->setReadOnly(true);
  text->setFrameShape(QFrame::NoFrame);
  text->setLineWrapMode(QPlainTextEdit::NoWrap);
  text->setFont(Theme::fixedFont());
  text->setAccessibleName(name);
  return text;
}

QLabel* makeWords(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

}  // namespace

MessagePane::MessagePane(SchemaStore& schemas, QWidget* parent)
    : QWidget(parent),
      schemas_(schemas),
      fields_(new MessageTreeModel(this)),
      wire_(new MessageTreeModel(this)),
      stack_(new QStackedWidget(this)),
      tabs_(new QTabWidget(this)),
      title_(makeWords(this)),
      problem_(makeWords(this)),
      origin_(makeWords(this)),
      json_(makeText(this, QStringLiteral("The message as JSON"))),
      text_(makeText(this, QStringLiteral("The message as text"))),
      hex_(makeText(this, QStringLiteral("The message's bytes"))) {
  pool_.setMaxThreadCount(1);
  auto* nothing = new QLabel(QStringLiteral("Select a message to look into it."), this);
  nothing->setAlignment(Qt::AlignCenter);
  nothing->setProperty("role", "muted");
  tabs_->setDocumentMode(true);
  tabs_->addTab(makeTree(*fields_, fieldTree_, QStringLiteral("Fields of the message")),
                QStringLiteral("Decoded"));
  tabs_->addTab(json_, QStringLiteral("JSON"));
  tabs_->addTab(text_, QStringLiteral("Text"));
  tabs_->addTab(makeTree(*wire_, wireTree_, QStringLiteral("The message on the wire")),
                QStringLiteral("Wire"));
  tabs_->addTab(hex_, QStringLiteral("Hex"));
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(10, 8, 10, 8);
  column->setSpacing(6);
  QFont bold = title_->font();
  bold.setWeight(QFont::DemiBold);
  title_->setFont(bold);
  origin_->setProperty("role", "muted");
  column->addWidget(title_);
  column->addWidget(problem_);
  column->addWidget(tabs_, 1);
  column->addWidget(makeFoot());
  stack_->addWidget(nothing);
  stack_->addWidget(page);
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(stack_);
  connect(&schemas_, &SchemaStore::changed, this, &MessagePane::startDecoding);
}

MessagePane::~MessagePane() {
  pool_.clear();
  pool_.waitForDone();
}

QWidget* MessagePane::makeTree(MessageTreeModel& model, QTreeView*& tree, const QString& name) {
  tree = new QTreeView(this);
  tree->setModel(&model);
  tree->setFrameShape(QFrame::NoFrame);
  tree->setUniformRowHeights(true);
  tree->setAccessibleName(name);
  tree->setColumnWidth(MessageTreeModel::Field, 170);
  tree->setColumnWidth(MessageTreeModel::Value, 170);
  tree->setColumnWidth(MessageTreeModel::Type, 120);
  connect(tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
          [this, &model](const QModelIndex& now) { mark(model.node(now)); });
  return tree;
}

QWidget* MessagePane::makeFoot() {
  auto* foot = new QWidget(this);
  auto* column = new QVBoxLayout(foot);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  column->addWidget(origin_);
  auto* line = new QHBoxLayout;
  column->addLayout(line);
  auto* add = new QPushButton(QStringLiteral("Add a schema…"), foot);
  add->setToolTip(QStringLiteral(
      "A .proto file, or a descriptor set that protoc made; it can be dropped on the window too"));
  auto* copy = new QPushButton(QStringLiteral("Copy JSON"), foot);
  line->addWidget(copy);
  line->addWidget(add);
  line->addStretch();
  connect(add, &QPushButton::clicked, this, [this] { chooseSchemas(this, schemas_); });
  connect(copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(shown_.json); });
  return foot;
}

void MessagePane::show(const std::optional<MessageBytes>& message, const QString& title,
                       const std::string& target) {
  message_ = message;
  target_ = target;
  stack_->setCurrentIndex(message ? 1 : 0);
  if (!message) return;
  title_->setText(title);
  schemas_.want(target);
  startDecoding();
}

void MessagePane::startDecoding() {
  if (!message_) return;
  const quint64 ticket = ++ticket_;
  pool_.clear();
  pool_.start([this, ticket, message = *message_, schemas = schemas_.schemas()] {
    auto result = std::make_shared<DecodedMessage>(decode(schemas, message));
    QMetaObject::invokeMethod(this, [this, ticket, result] {
      if (ticket == ticket_) showDecoded(std::move(*result));
    });
  });
}

void MessagePane::showDecoded(DecodedMessage decoded) {
  shown_ = std::move(decoded);
  problem_->setText(QStringLiteral("▲ ") + shown_.problem);
  problem_->setVisible(!shown_.problem.isEmpty());
  problem_->setStyleSheet(QStringLiteral("color: %1").arg(Theme::colors().bad.name()));
  fields_->show(shown_.fields);
  wire_->show(shown_.wire);
  for (QTreeView* tree : {fieldTree_, wireTree_}) {
    int rows = 0;
    for (int i = 0; i < tree->model()->rowCount(); ++i)
      rows += 1 + tree->model()->rowCount(tree->model()->index(i, 0));
    if (rows < kOpenBelow) tree->expandAll();
  }
  tabs_->setTabVisible(DecodedTab, !shown_.type.isEmpty());
  tabs_->setTabVisible(JsonTab, !shown_.type.isEmpty());
  tabs_->setTabVisible(TextTab, !shown_.text.isEmpty());
  tabs_->setTabVisible(WireTab, message_->kind == observe::ContentKind::Grpc);
  text_->setPlainText(shown_.text);
  json_->setPlainText(shown_.jsonProblem.isEmpty() ? shown_.json : shown_.jsonProblem);
  showHex();
  showOrigin();
  Q_EMIT messageShown();
}

void MessagePane::showOrigin() {
  if (message_->kind != observe::ContentKind::Grpc) {
    origin_->setText(QString());
  } else if (!shown_.type.isEmpty()) {
    origin_->setText(QStringLiteral("%1 · schema from %2").arg(shown_.type, shown_.origin));
  } else if (schemas_.isAsking(target_)) {
    origin_->setText(QStringLiteral("Asking %1 for its schema…").arg(QString::fromStdString(target_)));
  } else {
    const QString why = schemas_.problemOf(target_);
    origin_->setText(
        QStringLiteral("No schema knows this call: fields have numbers, but no names. %1").arg(why));
  }
}

void MessagePane::showHex() {
  hex_->setPlainText(hexText(std::string_view(shown_.bytes).substr(0, kHexBytes)));
  if (shown_.bytes.size() > kHexBytes) {
    hex_->appendPlainText(QStringLiteral("… and %1 more").arg(bytesText(shown_.bytes.size() - kHexBytes)));
  }
  hex_->moveCursor(QTextCursor::Start);
}

/// Marks a field's bytes in the hex view.
void MessagePane::mark(const MessageNode* node) {
  QList<QTextEdit::ExtraSelection> marks;
  if (node && node->end > node->begin && node->begin < kHexBytes) {
    QTextCharFormat format;
    format.setBackground(Theme::colors().accentSoft);
    format.setForeground(Theme::colors().text);
    for (const auto& [from, to] : hexPlaces(node->begin, std::min(node->end, kHexBytes))) {
      QTextEdit::ExtraSelection one;
      one.format = format;
      one.cursor = QTextCursor(hex_->document());
      one.cursor.setPosition(from);
      one.cursor.setPosition(to, QTextCursor::KeepAnchor);
      marks.push_back(one);
    }
    if (!marks.isEmpty()) {
      QTextCursor at = marks.front().cursor;
      at.clearSelection();
      hex_->setTextCursor(at);
    }
  }
  hex_->setExtraSelections(marks);
}

}  // namespace spillway::ui
