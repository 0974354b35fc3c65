// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/lab_page.h"

#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <span>

#include "ui/bridge/schema_store.h"
#include "ui/calls/call_places.h"
#include "ui/calls/metadata_text.h"
#include "ui/health/target_health_model.h"
#include "ui/lab/arrangement.h"
#include "ui/lab/call_series.h"
#include "ui/lab/call_story.h"
#include "ui/lab/json_brief.h"
#include "ui/lab/lesson_card.h"
#include "ui/lab/lesson_pane.h"
#include "ui/lab/own_service.h"
#include "ui/lab/wire_story.h"
#include "ui/services/demo_traffic.h"
#include "ui/streams/sequence_view.h"
#include "ui/streams/stream_capture.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"

namespace spillway::ui {

namespace {

using Kind = grpc::CallEvent::Kind;

constexpr const char* kUserAgent = "spillway-lab";
constexpr auto kPaceKey = "lab/pace";
constexpr int kPaces[]{0, 100, 250, 500, 1000, 2000};               // milliseconds
constexpr int kDeadlines[]{0, 100, 500, 1000, 2000, 5000, 30'000};  // milliseconds; 0: none
constexpr int kUsualPace = 500;                                     // milliseconds
constexpr StreamStoreLimits kLimits{.streams = 200};

QString toQt(const std::string& text) {
  return QString::fromStdString(text);
}

QComboBox* makeTimes(const QString& name, const QString& zero, std::span<const int> times, QWidget* parent) {
  auto* box = new QComboBox(parent);
  for (const int time : times) {
    const QString words = time == 0      ? zero
                          : time < 1'000 ? QStringLiteral("%1 ms").arg(time)
                                         : QStringLiteral("%1 s").arg(time / 1'000);
    box->addItem(QStringLiteral("%1 %2").arg(name, words), time);
  }
  box->setAccessibleName(name);
  return box;
}

/// As the person chose it last, milliseconds.
int usualPace() {
  return QSettings().value(QLatin1String(kPaceKey), kUsualPace).toInt();
}

/// A time that is not offered yet is added.
void chooseTime(QComboBox& box, int millis) {
  if (box.findData(millis) < 0)
    box.addItem(QStringLiteral("%1 %2 ms").arg(box.accessibleName()).arg(millis), millis);
  box.setCurrentIndex(box.findData(millis));
}

}  // namespace

LabPage::LabPage(EngineBridge& bridge, Workspace& workspace, SchemaStore& schemas, DemoTraffic& demo,
                 QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      workspace_(workspace),
      schemas_(schemas),
      demo_(demo),
      lessons_(readLessons(bridge.dataDirectory() + QStringLiteral("/lessons"))),
      calls_(new CallSeries(this)),
      arrangement_(new Arrangement(bridge, workspace, this)),
      capture_(new StreamCapture(liveSource(bridge), this)),
      streams_(new StreamStore(this, kLimits)),
      header_(new PageHeader(QStringLiteral("Streaming lab"), this)),
      experiments_(new QMenu(this)),
      services_(new QMenu(this)),
      own_(new OwnService(bridge, workspace, schemas, this)),
      stack_(new QStackedWidget(this)),
      sequence_(new SequenceView(this)),
      pane_(new LessonPane(this)),
      pace_(makeTimes(QStringLiteral("Pace"), QStringLiteral("none"), kPaces, this)),
      deadline_(makeTimes(QStringLiteral("Deadline"), QStringLiteral("none"), kDeadlines, this)),
      targets_(makeTargets()),
      run_(new QPushButton(QStringLiteral("▶ &Run"), this)),
      pause_(new QPushButton(QStringLiteral("&Pause"), this)),
      step_(new QPushButton(QStringLiteral("&Step ↓"), this)),
      cancel_(new QPushButton(QStringLiteral("&Cancel call"), this)),
      line_(new QLabel(this)),
      hint_(new QLabel(this)),
      problem_(new QLabel(this)) {
  makeHeader();
  auto* page = new QWidget(stack_);
  auto* split = new QSplitter(Qt::Horizontal, page);
  split->setChildrenCollapsible(false);
  split->addWidget(makeStage());
  auto* beside = new Card(split);
  auto* line = new QVBoxLayout(beside);
  line->setContentsMargins(1, 1, 1, 1);
  line->addWidget(pane_);
  split->addWidget(beside);
  split->setSizes({650, 480});
  auto* rows = new QVBoxLayout(page);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(10);
  rows->addWidget(makeCards());
  rows->addWidget(split, 1);
  auto* missing =
      new EmptyState(QStringLiteral("A load balancer for gRPC comes first"),
                     QStringLiteral("The lab makes its calls through your own balancer to a route "
                                    "guide server. The demo brings both."),
                     stack_);
  connect(missing->addButton(QStringLiteral("Run the route guide demo")), &QPushButton::clicked, this,
          &LabPage::demoRequested);
  stack_->addWidget(missing);
  stack_->addWidget(page);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(stack_, 1);
  connectAll();
  chooseLesson(0);
  if (!lessons_.problems.isEmpty()) say(lessons_.problems.join(QLatin1Char('\n')));
}

QWidget* LabPage::makeStage() {
  auto* card = new Card(this);
  sequence_->setFrameShape(QFrame::NoFrame);
  sequence_->setContents([this](const SequenceRow& row) {
    const Kind kind = row.isFrom(observe::Direction::Request) ? Kind::Sent : Kind::Received;
    return jsonBrief(player().message(kind, row.number));
  });
  problem_->setProperty("role", "problem");
  problem_->hide();
  line_->setFont(Theme::fixedFont());
  hint_->setText(
      QStringLiteral("Run makes the call through your load balancer. Step sends one message at a time."));
  for (QLabel* label : {line_, hint_, problem_}) {
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setContentsMargins(12, 0, 12, 0);
    if (label != problem_) label->setProperty("role", "muted");
  }
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(1, 10, 1, 1);
  column->addWidget(makeButtons());
  auto* second = new QHBoxLayout;
  second->setContentsMargins(0, 0, 10, 0);
  second->addWidget(line_, 1);
  second->addWidget(targets_);
  second->addWidget(pace_);
  second->addWidget(deadline_);
  column->addLayout(second);
  column->addWidget(own_);
  column->addWidget(problem_);
  column->addWidget(hint_);
  column->addWidget(sequence_, 1);
  own_->hide();
  return card;
}

QWidget* LabPage::makeButtons() {
  auto* box = new QWidget(this);
  auto* line = new QHBoxLayout(box);
  line->setContentsMargins(10, 0, 10, 0);
  run_->setProperty("role", "primary");
  pause_->setToolTip(QStringLiteral("No further message goes out until you go on"));
  step_->setToolTip(QStringLiteral("Sends the next message, and nothing more"));
  cancel_->setToolTip(QStringLiteral("The client gives up: RST_STREAM with CANCEL"));
  pace_->setToolTip(QStringLiteral(
      "Between two messages of the client; the route guide's own answers wait as long (x-pace-ms)"));
  for (QPushButton* button : {run_, pause_, step_, cancel_})
    line->addWidget(button);
  line->addStretch();
  return box;
}

void LabPage::connectAll() {
  connect(run_, &QPushButton::clicked, this, &LabPage::run);
  connect(step_, &QPushButton::clicked, this, &LabPage::step);
  connect(pause_, &QPushButton::clicked, this, [this] { player().setPaused(!player().isPaused()); });
  connect(cancel_, &QPushButton::clicked, this, [this] {
    calls_->cancel();
    if (arrangement_->isAwaited()) arrangement_->putBack();
    onCallChanged();
  });
  connect(pace_, &QComboBox::activated, this,
          [this] { QSettings().setValue(QLatin1String(kPaceKey), pace_->currentData()); });
  connect(pace_, &QComboBox::currentIndexChanged, this,
          [this] { calls_->setPace(std::chrono::milliseconds(pace_->currentData().toInt())); });
  connect(calls_, &CallSeries::started, this, [this] {
    ++awaited_;
    shown_.reset();
    showStream();
  });
  connect(calls_, &CallSeries::changed, this, &LabPage::onCallChanged);
  connect(calls_, &CallSeries::refused, this, &LabPage::say);
  connect(arrangement_, &Arrangement::failed, this, &LabPage::say);
  connect(arrangement_, &Arrangement::waits, this,
          [this](const QString& words) { pane_->showStory({words}); });
  connect(arrangement_, &Arrangement::ready, this, [this] {
    pane_->showStory({});
    (calls_->*begin_)();
  });
  connect(capture_, &StreamCapture::grown, this, &LabPage::showStory);
  connect(own_, &OwnService::methodChosen, this, &LabPage::chooseOwn);
  connect(own_, &OwnService::checked, this, [this](const QString& problem) {
    if (!isOwn()) return;
    say(problem);
    showState();
  });
  connect(&workspace_, &Workspace::documentChanged, this, &LabPage::showLessons);
  connect(sequence_, &SequenceView::unfolded, this, &LabPage::showStream);
  connect(&bridge_, &EngineBridge::eventsArrived, this, &LabPage::takeEvents);
  connect(&schemas_, &SchemaStore::changed, this, &LabPage::showState);
  connect(&demo_, &DemoTraffic::changed, this, &LabPage::showState);
  connect(&bridge_, &EngineBridge::applied, this, &LabPage::showState);
  connect(&bridge_, &EngineBridge::targetsChanged, this, &LabPage::showState);
  connect(pane_, &LessonPane::progressChanged, this, [this] {
    if (chosen_ < kCallKinds)
      cards_[static_cast<std::size_t>(chosen_)]->setDone(LessonPane::isDone(lesson()));
  });
}

void LabPage::chooseLesson(int index) {
  chosen_ = index;
  startOver();
}

void LabPage::chooseOwn() {
  chosen_ = -1;
  ownLesson_ = own_->lesson(lessons_.own);
  startOver();
}

/// Shows the chosen lesson, of which nothing was done yet.
void LabPage::startOver() {
  calls_->reset();
  arrangement_->reset();
  own_->setVisible(isOwn());
  for (int i = 0; i < kCallKinds; ++i) {
    LessonCard& card = *cards_[static_cast<std::size_t>(i)];
    card.setAutoExclusive(false);
    card.setChecked(i == chosen_);
    card.setAutoExclusive(true);
  }
  const LessonSettings& settings = lesson().settings;
  chooseTime(*pace_, settings.pace.value_or(usualPace()));
  chooseTime(*deadline_, settings.deadline.value_or(0));
  shown_.reset();
  made_.clear();
  awaited_ = 0;
  pane_->showLesson(lesson());
  say({});
  showStream();
}

/// Of all that passes only the lab's own calls are kept.
void LabPage::takeEvents(const std::vector<observe::Event>& events) {
  std::vector<observe::Event> kept;
  for (const observe::Event& event : events) {
    if (event.kind == observe::EventKind::StreamOpened && event.head &&
        event.head->userAgent.starts_with(kUserAgent)) {
      ours_.insert(event.stream);
      if (awaited_ > 0) {
        --awaited_;
        shown_ = event.stream;
        made_.push_back(event.stream);
      }
    }
    if (ours_.contains(event.stream)) kept.push_back(event);
    if (event.kind == observe::EventKind::StreamEnded) ours_.erase(event.stream);
  }
  if (kept.empty()) return;
  streams_->ingest(kept);
  arrange();
  showStream();
}

/// What is missing for a call, in words.
std::optional<QString> LabPage::whyNot() const {
  if (isOwn() && own_->hasMistake()) return QStringLiteral("The message has a mistake.");
  if (schemas_.schemas().method(lesson().method.toStdString())) return std::nullopt;
  return QStringLiteral(
             "No schema tells of %1 yet: healthy targets are asked by server reflection. It takes "
             "some seconds after their start.")
      .arg(lesson().method);
}

CallPlayer& LabPage::player() {
  return calls_->player();
}

/// The group's healthy targets, by address.
std::vector<const TargetStatus*> LabPage::targets() const {
  std::vector<const TargetStatus*> found;
  for (const TargetStatus& target : bridge_.targets()) {
    if (target.id.group == group_ && target.state == observe::TargetState::Healthy) found.push_back(&target);
  }
  std::ranges::sort(found, {}, [](const TargetStatus* target) { return target->id; });
  return found;
}

/// The balancer's listener, or one target where the lesson goes past the balancer, or where the person wants
/// it. nullopt: said why.
std::optional<CallPlace> LabPage::place() {
  if (isOwn()) {
    auto chosen = own_->place();
    if (!chosen) say(QStringLiteral("Nothing runs that could be called: create a load balancer first."));
    if (chosen) ownLesson_.settings.isDirect = !isListener(chosen->address);
    return chosen;
  }
  const auto route = demo_.route();
  if (!route) return std::nullopt;
  group_ = route->group;
  if (!lesson().settings.isDirect)
    return CallPlace{.address = route->address, .tls = route->usesTls ? CallTls::LocalCa : CallTls::Off};
  const auto healthy = targets();
  if (!healthy.empty()) return targetPlace(healthy.front()->id, workspace_);
  say(QStringLiteral("No target of %1 is healthy yet.").arg(toQt(group_)));
  return std::nullopt;
}

/// What goes there passes the balancer, and is seen.
bool LabPage::isListener(const QString& address) const {
  return std::ranges::any_of(bridge_.listeners(), [&](const ListenerStatus& listener) {
    return std::ranges::find(listener.addresses, address.toStdString()) != listener.addresses.end();
  });
}

bool LabPage::prepare() {
  if (isOwn()) ownLesson_ = own_->lesson(lessons_.own);
  group_.clear();
  say({});
  const auto method = schemas_.schemas().method(lesson().method.toStdString());
  const auto place = this->place();
  if (!method || !place) return false;
  auto target = channelTarget(place->address, place->tls, bridge_.dataDirectory());
  if (!target) {
    say(toQt(target.error().detail));
    return false;
  }
  target->userAgent = kUserAgent;
  const LessonSettings& settings = lesson().settings;
  calls_->prepare({.plan = [this, target = *target,
                            method = method->method](int call) { return makePlan(target, method, call); },
                   .messages = lesson().send,
                   .habits = {settings.cancelAfter, std::chrono::milliseconds(settings.holdReading)},
                   .calls = settings.calls,
                   .atOnce = settings.atOnce,
                   .keepsCookies = settings.setup.isSticky});
  kind_ = method->method.kind;
  made_.clear();
  return true;
}

/// "{call}" becomes the call's number, "{target}" the address of the group's first target.
QString LabPage::filledIn(QString metadata, int call) const {
  metadata.replace(QLatin1String("{call}"), QString::number(call));
  if (const auto healthy = targets(); !healthy.empty())
    metadata.replace(QLatin1String("{target}"), targetAddress(healthy.front()->id));
  return metadata;
}

CallRunner::Plan LabPage::makePlan(const grpc::ChannelTarget& target, const grpc::Method& method,
                                   int call) const {
  const LessonSettings& settings = lesson().settings;
  CallRunner::Plan plan{target, {}, method, schemas_.schemas()};
  plan.request.path = settings.path.isEmpty() ? method.path : settings.path.toStdString();
  if (const auto metadata = metadataIn(filledIn(settings.metadata, call))) plan.request.metadata = *metadata;
  if (const int pace = pace_->currentData().toInt(); pace > 0 && !isOwn())
    plan.request.metadata.emplace_back("x-pace-ms", std::to_string(pace));
  if (const int deadline = deadline_->currentData().toInt(); deadline > 0)
    plan.request.deadline = std::chrono::milliseconds(deadline);
  if (settings.compression == QLatin1String("gzip")) plan.request.compression = grpc::CallCompression::Gzip;
  if (settings.compression == QLatin1String("deflate"))
    plan.request.compression = grpc::CallCompression::Deflate;
  return plan;
}

void LabPage::run() {
  begin(&CallSeries::run);
}

void LabPage::step() {
  player().isRunning() ? calls_->step() : begin(&CallSeries::step);
}

/// Once what the experiment wants of the target group has come into force.
void LabPage::begin(void (CallSeries::*how)()) {
  if (!prepare()) return;
  begin_ = how;
  arrangement_->make(lesson().settings.setup, group_);
  showState();
}

void LabPage::onCallChanged() {
  arrange();
  showStream();
}

/// What is to befall the target in the middle of a call, and the end of it all when the calls are over.
void LabPage::arrange() {
  if (arrangement_->isAwaited()) return;
  if (player().isRunning() && stream()) {
    const auto& lines = player().lines();
    arrangement_->onAnswers(
        static_cast<std::uint64_t>(std::ranges::count(lines, Kind::Received, &CallLine::kind)),
        stream()->target());
  }
  if (!calls_->isRunning()) arrangement_->putBack();
}

void LabPage::showState() {
  showTargets();
  stack_->setCurrentIndex(demo_.canSend() || isOwn() ? 1 : 0);
  const auto why = whyNot();
  const auto method = schemas_.schemas().method(lesson().method.toStdString());
  line_->setText(method ? toQt(method->method.line) : *why);
  hint_->setVisible(!why && stream() == nullptr);
  const bool isRunning = calls_->isRunning() || arrangement_->isAwaited();
  run_->setEnabled(!why && !isRunning);
  run_->setToolTip(why.value_or(QStringLiteral("Makes the call")));
  step_->setEnabled(!why && !arrangement_->isAwaited() && !(isRunning && calls_->player().isAtEnd()));
  pause_->setEnabled(isRunning && !calls_->player().isAtEnd());
  pause_->setText(isRunning && calls_->player().isPaused() ? QStringLiteral("&Go on")
                                                           : QStringLiteral("&Pause"));
  cancel_->setEnabled(isRunning);
}

const StreamEntry* LabPage::stream() const {
  return shown_ ? streams_->find(*shown_) : nullptr;
}

void LabPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  capture_->setActive(true);
}

void LabPage::hideEvent(QHideEvent* event) {
  QWidget::hideEvent(event);
  capture_->setActive(false);
}

void LabPage::showStream() {
  const StreamEntry* entry = stream();
  capture_->show(entry);
  sequence_->showStream(entry);
  showStory();
  showState();
}

void LabPage::showStory() {
  if (arrangement_->isAwaited()) return;
  const StreamEntry* entry = stream();
  const bool isOver = !calls_->isRunning() && !calls_->ends().empty();
  QStringList story = arrangement_->told();
  if (isOver && isOwn() && lesson().settings.isDirect) {
    story += directStory(player().lines());
  } else if (calls_->ends().size() > 1) {
    std::vector<const StreamEntry*> over;
    for (const StreamId id : made_) {
      if (const StreamEntry* one = streams_->find(id); one && !one->isOpen()) over.push_back(one);
    }
    story +=
        lesson().settings.isDirect ? pastStory(calls_->ends()) : callsStory(over, lesson().settings.atOnce);
    story += endsStory(calls_->ends());
  } else if (entry && kind_) {
    story += callStory(*entry, *kind_, player().lines());
    if (isOver) story += wireStory(capture_->view(), capture_->started());
  } else if (isOver && awaited_ > 0 && player().lines().back().status != 0) {
    story << QStringLiteral("The call did not reach the balancer: %1").arg(player().lines().back().text);
  } else {
    return;
  }
  pane_->showStory(story, isOver);
}

void LabPage::say(const QString& words) {
  problem_->setText(QStringLiteral("✖ ") + words);
  problem_->setVisible(!words.isEmpty());
}

}  // namespace spillway::ui
