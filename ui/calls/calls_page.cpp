// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/calls_page.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QShortcut>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "engine/grpc/message_json.h"
#include "ui/calls/batch_dialog.h"
#include "ui/calls/message_editor.h"
#include "ui/calls/metadata_text.h"
#include "ui/calls/recent_calls.h"
#include "ui/calls/saved_calls_menu.h"
#include "ui/calls/transcript_model.h"
#include "ui/models/grpc_methods.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/table_look.h"

namespace spillway::ui {

namespace {

constexpr const char* kUserAgent = "spillway-call-builder";

QString toQt(const std::string& text) {
  return QString::fromStdString(text);
}

QPlainTextEdit* makeEditor(const QString& name, QWidget* parent) {
  auto* editor = new QPlainTextEdit(parent);
  editor->setFont(Theme::fixedFont());
  editor->setTabChangesFocus(true);
  editor->setAccessibleName(name);
  return editor;
}

}  // namespace

CallsPage::CallsPage(EngineBridge& bridge, Workspace& workspace, SchemaStore& schemas, QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      workspace_(workspace),
      schemas_(schemas),
      runner_(new CallRunner(this)),
      transcript_(new TranscriptModel(this)),
      header_(new PageHeader(QStringLiteral("Call builder"), this)),
      place_(new QComboBox(this)),
      tls_(new QComboBox(this)),
      method_(new QComboBox(this)),
      compression_(new QComboBox(this)),
      deadline_(new QSpinBox(this)),
      message_(new MessageEditor(schemas, this)),
      metadata_(makeEditor(QStringLiteral("Metadata"), this)),
      content_(makeEditor(QStringLiteral("Content of the chosen line"), this)),
      line_(new QLabel(this)),
      problem_(new QLabel(this)),
      state_(new QLabel(this)),
      outcome_(new QStackedWidget(this)),
      send_(new QPushButton(this)),
      close_(new QPushButton(QStringLiteral("Half-close"), this)),
      cancel_(new QPushButton(QStringLiteral("Cancel"), this)),
      many_(new QPushButton(QStringLiteral("Run many…"), this)),
      look_(new QPushButton(QStringLiteral("Show the stream"), this)),
      recent_(new QMenu(this)),
      saved_(new SavedCallsMenu(
          workspace, [this] { return filledIn(); }, this)),
      table_(new QTableView(this)) {
  batches_.setMaxThreadCount(1);
  makeHeader();
  auto* split = new QSplitter(Qt::Horizontal, this);
  split->setChildrenCollapsible(false);
  split->addWidget(makeForm());
  split->addWidget(makeTranscript());
  split->setSizes({460, 660});
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(split, 1);
  connect(&bridge_, &EngineBridge::targetsChanged, this, &CallsPage::fillPlaces);
  connect(&bridge_, &EngineBridge::applied, this, &CallsPage::fillPlaces);
  connect(&bridge_, &EngineBridge::eventsArrived, this, &CallsPage::noteStream);
  connect(&schemas_, &SchemaStore::changed, this, &CallsPage::fillMethods);
  connect(runner_, &CallRunner::refused, this, [this](const QString& words) {
    showProblem(words);
    // Its only message will not come.
    if (const auto chosen = method(); chosen && !sendsMany(*chosen)) runner_->cancel();
  });
  connect(runner_, &CallRunner::ended, this, &CallsPage::showButtons);
  connect(runner_, &CallRunner::happened, this, [this](const std::vector<CallLine>& lines) {
    const bool isAtEnd = table_->currentIndex().row() == transcript_->rowCount() - 1;
    transcript_->add(lines);
    if (isAtEnd || !table_->currentIndex().isValid()) table_->selectRow(transcript_->rowCount() - 1);
  });
  fillPlaces();
  fillMethods();
  showButtons();
}

CallsPage::~CallsPage() {
  batches_.waitForDone();
}

void CallsPage::makeHeader() {
  header_->setWords(QStringLiteral("Call any method, through a listener or straight to a target"));
  look_->setToolTip(QStringLiteral("The call as it passed Spillway, message by message"));
  connect(look_, &QPushButton::clicked, this, [this] {
    if (stream_) Q_EMIT streamRequested(*stream_);
  });
  header_->addButton(look_);
  QPushButton* recent = header_->addMenuButton(QStringLiteral("Recent calls"), recent_);
  recent->setToolTip(QStringLiteral("Fill the form as it was for an earlier call"));
  connect(recent_, &QMenu::aboutToShow, this, &CallsPage::fillRecent);
  QPushButton* saved = header_->addMenuButton(QStringLiteral("Saved calls"), saved_);
  saved->setToolTip(QStringLiteral("Calls that stand in the workspace file"));
  connect(saved_, &SavedCallsMenu::chosen, this, &CallsPage::fillIn);
}

QWidget* CallsPage::makeForm() {
  auto* card = new Card(this);
  place_->setEditable(true);
  place_->setInsertPolicy(QComboBox::NoInsert);
  place_->setAccessibleName(QStringLiteral("Where to"));
  for (const char* words : {"without TLS", "TLS, any certificate", "TLS, checked by Spillway's CA",
                            "TLS, checked by the system's CAs"})
    tls_->addItem(QString::fromLatin1(words));
  tls_->setAccessibleName(QStringLiteral("Security"));
  compression_->setAccessibleName(QStringLiteral("Compression"));
  method_->setAccessibleName(QStringLiteral("Method"));
  method_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  place_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  for (const char* words : {"none", "gzip", "deflate"})
    compression_->addItem(QString::fromLatin1(words));
  deadline_->setRange(0, 3'600'000);
  deadline_->setSingleStep(500);
  deadline_->setSuffix(QStringLiteral(" ms"));
  deadline_->setSpecialValueText(QStringLiteral("none"));
  deadline_->setGroupSeparatorShown(true);
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(10);
  form->setColumnStretch(1, 1);
  const auto addRow = [&](const QString& words, QWidget* buddy) {
    auto* label = new QLabel(words, this);
    label->setBuddy(buddy);
    form->addWidget(label, form->rowCount(), 0);
    return form->rowCount() - 1;
  };
  form->addWidget(place_, addRow(QStringLiteral("&To"), place_), 1);
  form->addWidget(tls_, addRow(QStringLiteral("&Security"), tls_), 1);
  form->addWidget(method_, addRow(QStringLiteral("&Method"), method_), 1);
  auto* options = new QHBoxLayout;
  options->setSpacing(8);
  options->addWidget(deadline_);
  auto* compressionLabel = new QLabel(QStringLiteral("&Compression"), this);
  compressionLabel->setBuddy(compression_);
  options->addSpacing(12);
  options->addWidget(compressionLabel);
  options->addWidget(compression_);
  options->addStretch();
  form->addLayout(options, addRow(QStringLiteral("&Deadline"), deadline_), 1);
  line_->setProperty("role", "muted");
  line_->setFont(Theme::fixedFont());
  line_->setWordWrap(true);
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(14, 12, 14, 12);
  column->setSpacing(8);
  column->addLayout(form);
  column->addWidget(line_);
  column->addWidget(makeMessage(), 1);
  connect(place_, &QComboBox::activated, this, [this](int index) {
    isPlaceChosen_ = true;
    choosePlace(index);
  });
  connect(place_->lineEdit(), &QLineEdit::textEdited, this, [this] { isPlaceChosen_ = true; });
  connect(method_, &QComboBox::currentIndexChanged, this, &CallsPage::chooseMethod);
  return card;
}

QWidget* CallsPage::makeMessage() {
  auto* box = new QWidget(this);
  message_->tabs().addTab(metadata_, QStringLiteral("Metadata"));
  metadata_->setPlaceholderText(
      QStringLiteral("x-canary: yes\nauthorization: Bearer …\nx-bytes-bin: AAEC (base64)"));
  problem_->setWordWrap(true);
  problem_->setTextFormat(Qt::PlainText);
  problem_->setProperty("role", "problem");
  problem_->hide();
  send_->setProperty("role", "primary");
  send_->setToolTip(QStringLiteral("Ctrl+Return"));
  many_->setToolTip(QStringLiteral("The same call many times, and how long each took"));
  close_->setToolTip(QStringLiteral("Nothing more will be sent; the server may still answer"));
  auto* buttons = new QHBoxLayout;
  for (QPushButton* button : {send_, close_, cancel_})
    buttons->addWidget(button);
  buttons->addStretch();
  buttons->addWidget(state_);
  buttons->addWidget(many_);
  state_->setProperty("role", "muted");
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(message_, 1);
  column->addWidget(problem_);
  column->addLayout(buttons);
  for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
    auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | key), this);
    shortcut->setContext(Qt::WidgetWithChildrenShortcut);
    connect(shortcut, &QShortcut::activated, send_, &QPushButton::click);
  }
  connect(send_, &QPushButton::clicked, this, &CallsPage::send);
  connect(close_, &QPushButton::clicked, this, [this] {
    runner_->halfClose();
    close_->setEnabled(false);
    send_->setEnabled(false);
  });
  connect(cancel_, &QPushButton::clicked, runner_, &CallRunner::cancel);
  connect(many_, &QPushButton::clicked, this, &CallsPage::openBatch);
  connect(message_, &MessageEditor::checked, this, [this](const QString& problem) {
    showProblem(problem);
    showButtons();
  });
  return box;
}

QWidget* CallsPage::makeTranscript() {
  auto* card = new Card(this);
  auto* split = new QSplitter(Qt::Vertical, card);
  split->setChildrenCollapsible(false);
  table_->setModel(transcript_);
  prepareTable(*table_, QStringLiteral("What happened to the call"));
  setColumnWidths(*table_, {86, 136, 74, 180});
  table_->horizontalHeader()->setStretchLastSection(true);
  content_->setReadOnly(true);
  content_->setFrameShape(QFrame::NoFrame);
  split->addWidget(table_);
  split->addWidget(content_);
  split->setSizes({360, 240});
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(1, 1, 1, 1);
  outcome_->addWidget(new EmptyState(
      QStringLiteral("No call yet"),
      QStringLiteral("Messages, headers and the status stand here as they come. A call through a listener "
                     "is among the Streams, too."),
      outcome_));
  outcome_->addWidget(split);
  column->addWidget(outcome_);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &CallsPage::showLine);
  return card;
}

void CallsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  fillPlaces();
}

/// What was typed stays.
void CallsPage::fillPlaces() {
  if (!isVisible() && !places_.empty()) return;
  auto places = callPlaces(bridge_, workspace_);
  const auto isSame = [](const CallPlace& a, const CallPlace& b) {
    return a.address == b.address && a.title == b.title;
  };
  if (std::ranges::equal(places, places_, isSame)) return;
  const QString before = place_->currentText();
  places_ = std::move(places);
  place_->clear();
  for (const CallPlace& place : places_)
    place_->addItem(place.address + QStringLiteral("  ·  ") + place.title);
  if (!isPlaceChosen_ && !places_.empty()) return choosePlace(0);
  place_->setEditText(before);
}

void CallsPage::choosePlace(int index) {
  if (index < 0 || index >= static_cast<int>(places_.size())) return;
  const CallPlace& place = places_[static_cast<std::size_t>(index)];
  place_->setCurrentIndex(index);
  place_->setEditText(place.address);
  tls_->setCurrentIndex(static_cast<int>(place.tls));
}

void CallsPage::fillMethods() {
  const QString before = method_->currentData().toString();
  const QSignalBlocker blocker(method_);
  method_->clear();
  for (const grpc::Method& method : methodsOf(schemas_.schemas()))
    method_->addItem(QStringLiteral("%1 · %2").arg(toQt(method.path).mid(1), kindText(method.kind)),
                     toQt(method.path));
  method_->setCurrentIndex(std::max(0, method_->findData(before)));
  if (method_->count() == 0) method_->setCurrentIndex(-1);
  chooseMethod();
}

std::optional<grpc::Method> CallsPage::method() const {
  const auto found = schemas_.schemas().method(method_->currentData().toString().toStdString());
  return found ? std::optional(found->method) : std::nullopt;
}

void CallsPage::chooseMethod() {
  const auto chosen = method();
  line_->setText(
      chosen ? toQt(chosen->line)
             : QStringLiteral("No method is known yet. Healthy gRPC targets are asked by server reflection; "
                              "drop .proto files or descriptor sets on a message in Streams."));
  message_->setMethod(chosen);
  showButtons();
}

void CallsPage::showProblem(const QString& words) {
  problem_->setText(QStringLiteral("✖ ") + words);
  problem_->setVisible(!words.isEmpty());
}

void CallsPage::send() {
  const auto chosen = method();
  if (!chosen || !send_->isEnabled()) return;
  if (!runner_->isRunning()) begin();
  if (!runner_->isRunning()) return;
  sendsMany(*chosen) ? runner_->send(message_->json()) : runner_->sendLast(message_->json());
  showButtons();
}

/// What the form says, if nothing of it is wrong.
std::optional<CallRunner::Plan> CallsPage::plan() {
  const auto fields = metadataIn(metadata_->toPlainText());
  const auto target = channelTarget(place_->currentText(), static_cast<CallTls>(tls_->currentIndex()),
                                    bridge_.dataDirectory());
  QString problem;
  if (!fields) {
    problem = QStringLiteral(
        "Metadata: write a field a line, \"name: value\", the name of letters, digits, - _ and .");
  } else if (!target) {
    problem = toQt(target.error().detail);
  } else if (target->address.find(':') == std::string::npos) {
    problem = QStringLiteral("To: write an address with its port, such as 127.0.0.1:50051.");
  }
  showProblem(problem);
  if (!problem.isEmpty()) return std::nullopt;
  CallRunner::Plan plan{*target, {}, *method(), schemas_.schemas()};
  plan.target.userAgent = kUserAgent;
  plan.request.path = plan.method.path;
  plan.request.metadata = *fields;
  plan.request.compression = static_cast<grpc::CallCompression>(compression_->currentIndex());
  if (deadline_->value() > 0) plan.request.deadline = std::chrono::milliseconds(deadline_->value());
  return plan;
}

void CallsPage::begin() {
  const auto plan = this->plan();
  if (!plan) return;
  transcript_->clear();
  content_->clear();
  outcome_->setCurrentIndex(1);
  keepRecentCall(filledIn());
  stream_.reset();
  isStreamAwaited_ = true;
  runner_->start(*plan);
}

void CallsPage::noteStream(const std::vector<observe::Event>& events) {
  if (!isStreamAwaited_) return;
  const auto own = std::ranges::find_if(events, [](const observe::Event& event) {
    return event.kind == observe::EventKind::StreamOpened && event.head &&
           event.head->userAgent.starts_with(kUserAgent);
  });
  if (own == events.end()) return;
  isStreamAwaited_ = false;
  stream_ = own->stream;
  showButtons();
}

/// The message is made in a thread, as it may be large.
void CallsPage::openBatch() {
  const auto plan = this->plan();
  if (!plan) return;
  keepRecentCall(filledIn());
  batches_.start([this, plan = *plan, json = message_->json().toStdString()] {
    const auto message = grpc::jsonMessage(plan.schemas, plan.method.request, json);
    if (!message) return;  // it is told while typing
    QMetaObject::invokeMethod(this, [this, plan, message] {
      auto* dialog = new BatchDialog(plan.target, {.request = plan.request, .messages = {*message}}, this);
      dialog->setAttribute(Qt::WA_DeleteOnClose);
      dialog->show();
    });
  });
}

void CallsPage::showButtons() {
  const auto chosen = method();
  const bool isRunning = runner_->isRunning();
  const bool isStream = chosen && sendsMany(*chosen);
  send_->setText(!isStream   ? QStringLiteral("Send")
                 : isRunning ? QStringLiteral("Send message")
                             : QStringLiteral("Start and send"));
  send_->setEnabled(chosen && !message_->hasMistake() && (!isRunning || isStream));
  close_->setVisible(isStream);
  close_->setEnabled(isRunning);
  cancel_->setEnabled(isRunning);
  look_->setEnabled(stream_.has_value());
  many_->setEnabled(chosen && !message_->hasMistake());
  state_->setText(isRunning ? QStringLiteral("◌ running") : QString());
}

void CallsPage::showLine() {
  const CallLine* line = transcript_->lineAt(table_->currentIndex().row());
  content_->setPlainText(line ? line->text : QString());
}

config::SavedCall CallsPage::filledIn() const {
  config::SavedCall call;
  call.address = place_->currentText().toStdString();
  call.security = static_cast<config::CallSecurity>(tls_->currentIndex());
  call.method = method_->currentData().toString().toStdString();
  call.deadlineMillis = static_cast<std::uint32_t>(deadline_->value());
  call.encoding = static_cast<config::CallEncoding>(compression_->currentIndex());
  call.message = message_->json().toStdString();
  call.metadata = metadata_->toPlainText().toStdString();
  return call;
}

void CallsPage::fillRecent() {
  recent_->clear();
  for (const config::SavedCall& call : recentCalls())
    recent_->addAction(recentCallTitle(call), this, [this, call] { fillIn(call); });
  if (recent_->isEmpty()) recent_->addAction(QStringLiteral("No calls yet"))->setEnabled(false);
}

/// Metadata that a person has typed stays where the call has none.
void CallsPage::fillIn(const config::SavedCall& call) {
  isPlaceChosen_ = true;
  place_->setEditText(toQt(call.address));
  tls_->setCurrentIndex(static_cast<int>(call.security));
  deadline_->setValue(static_cast<int>(call.deadlineMillis));
  compression_->setCurrentIndex(static_cast<int>(call.encoding));
  const int index = method_->findData(toQt(call.method));
  if (index >= 0) method_->setCurrentIndex(index);
  message_->setJson(toQt(call.message));
  if (!call.metadata.empty()) metadata_->setPlainText(toQt(call.metadata));
  if (index < 0) {
    showProblem(QStringLiteral("No schema tells of %1 now: is a target healthy that knows it?")
                    .arg(toQt(call.method)));
  }
}

}  // namespace spillway::ui
