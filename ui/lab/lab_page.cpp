// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/lab_page.h"

#include <QActionGroup>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <span>

#include "ui/bridge/schema_store.h"
#include "ui/calls/call_places.h"
#include "ui/calls/metadata_text.h"
#include "ui/lab/call_player.h"
#include "ui/lab/call_story.h"
#include "ui/lab/json_brief.h"
#include "ui/lab/lesson_card.h"
#include "ui/lab/lesson_pane.h"
#include "ui/services/demo_traffic.h"
#include "ui/streams/sequence_view.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"

namespace spillway::ui {

namespace {

using Kind = grpc::CallEvent::Kind;

constexpr const char* kUserAgent = "spillway-lab";
constexpr auto kPaceKey = "lab/pace", kLanguageKey = "lab/language";
constexpr int kPaces[]{0, 100, 250, 500, 1000, 2000};               // milliseconds
constexpr int kDeadlines[]{0, 100, 500, 1000, 2000, 5000, 30'000};  // milliseconds; 0: none
constexpr int kUsualPace = 500;                                     // milliseconds
constexpr const char* kLanguages[]{"Python", "C++", "Go", "Java", "Node"};
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

LabPage::LabPage(EngineBridge& bridge, SchemaStore& schemas, DemoTraffic& demo, QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      schemas_(schemas),
      demo_(demo),
      lessons_(readLessons(bridge.dataDirectory() + QStringLiteral("/lessons"))),
      player_(new CallPlayer(this)),
      streams_(new StreamStore(this, kLimits)),
      header_(new PageHeader(QStringLiteral("Streaming lab"), this)),
      experiments_(new QMenu(this)),
      stack_(new QStackedWidget(this)),
      sequence_(new SequenceView(this)),
      pane_(new LessonPane(this)),
      pace_(makeTimes(QStringLiteral("Pace"), QStringLiteral("none"), kPaces, this)),
      deadline_(makeTimes(QStringLiteral("Deadline"), QStringLiteral("none"), kDeadlines, this)),
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

void LabPage::makeHeader() {
  header_->setWords(QStringLiteral("Four ways to call, made for real through your balancer"));
  makeExperiments();
  auto* languages = new QMenu(this);
  auto* group = new QActionGroup(languages);
  QPushButton* button = header_->addMenuButton({}, languages);
  const auto choose = [this, button](const QString& language) {
    QSettings().setValue(QLatin1String(kLanguageKey), language);
    button->setText(QStringLiteral("Code: %1").arg(language));
    pane_->showLanguage(language);
  };
  const QString chosen =
      QSettings().value(QLatin1String(kLanguageKey), QString::fromLatin1(kLanguages[0])).toString();
  for (const char* language : kLanguages) {
    const QString name = QString::fromLatin1(language);
    QAction* action = languages->addAction(name, this, [choose, name] { choose(name); });
    action->setCheckable(true);
    action->setChecked(name == chosen);
    group->addAction(action);
  }
  choose(chosen);
}

void LabPage::makeExperiments() {
  QPushButton* button = header_->addMenuButton(QStringLiteral("Experiments"), experiments_);
  button->setToolTip(QStringLiteral("A question, a run, an explanation, then you"));
  connect(experiments_, &QMenu::aboutToShow, this, &LabPage::fillExperiments);
}

void LabPage::fillExperiments() {
  experiments_->clear();
  for (int i = kCallKinds; i < static_cast<int>(lessons_.lessons.size()); ++i) {
    const Lesson& experiment = lessons_.lessons[static_cast<std::size_t>(i)];
    const QString mark = LessonPane::isDone(experiment) ? QStringLiteral("  ✔") : QString();
    QAction* action = experiments_->addAction(
        QString(experiment.title).replace(QLatin1Char('&'), QLatin1String("&&")) + mark, this,
        [this, i] { chooseLesson(i); });
    action->setCheckable(true);
    action->setChecked(i == chosen_);
  }
}

QWidget* LabPage::makeCards() {
  auto* row = new QWidget(this);
  auto* line = new QHBoxLayout(row);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(10);
  for (std::size_t i = 0; i < kCallKinds; ++i) {
    const int number = static_cast<int>(i);
    auto* card = new LessonCard(number + 1, lessons_.lessons[i], row);
    card->setDone(LessonPane::isDone(lessons_.lessons[i]));
    connect(card, &LessonCard::clicked, this, [this, number] { chooseLesson(number); });
    line->addWidget(card);
    cards_.push_back(card);
  }
  return row;
}

QWidget* LabPage::makeStage() {
  auto* card = new Card(this);
  sequence_->setFrameShape(QFrame::NoFrame);
  sequence_->setContents([this](const SequenceRow& row) {
    const Kind kind = row.isFrom(observe::Direction::Request) ? Kind::Sent : Kind::Received;
    return jsonBrief(player_->message(kind, row.number));
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
  second->addWidget(pace_);
  second->addWidget(deadline_);
  column->addLayout(second);
  column->addWidget(problem_);
  column->addWidget(hint_);
  column->addWidget(sequence_, 1);
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
  connect(pause_, &QPushButton::clicked, this, [this] { player_->setPaused(!player_->isPaused()); });
  connect(cancel_, &QPushButton::clicked, this, [this] {
    left_ = 0;
    player_->cancel();
  });
  connect(pace_, &QComboBox::activated, this,
          [this] { QSettings().setValue(QLatin1String(kPaceKey), pace_->currentData()); });
  connect(pace_, &QComboBox::currentIndexChanged, this,
          [this] { player_->setPace(std::chrono::milliseconds(pace_->currentData().toInt())); });
  connect(player_, &CallPlayer::started, this, [this] {
    ++awaited_;
    shown_.reset();
    showStream();
  });
  connect(player_, &CallPlayer::changed, this, &LabPage::onCallChanged);
  connect(player_, &CallPlayer::refused, this, &LabPage::say);
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
  left_ = 0;
  player_->cancel();
  chosen_ = index;
  for (int i = 0; i < kCallKinds; ++i) {
    LessonCard& card = *cards_[static_cast<std::size_t>(i)];
    card.setAutoExclusive(false);
    card.setChecked(i == index);
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
  showStream();
}

/// What is missing for a call, in words.
std::optional<QString> LabPage::whyNot() const {
  if (schemas_.schemas().method(lesson().method.toStdString())) return std::nullopt;
  return QStringLiteral(
             "No schema tells of %1 yet: healthy targets are asked by server reflection. It takes "
             "some seconds after their start.")
      .arg(lesson().method);
}

bool LabPage::prepare() {
  const auto route = demo_.route();
  const auto method = schemas_.schemas().method(lesson().method.toStdString());
  if (!route || !method) return false;
  const auto tls = route->usesTls ? CallTls::LocalCa : CallTls::Off;
  auto target = channelTarget(route->address, tls, bridge_.dataDirectory());
  if (!target) {
    say(toQt(target.error().detail));
    return false;
  }
  target->userAgent = kUserAgent;
  player_->prepare(makePlan(*target, method->method), lesson().send, lesson().settings.cancelAfter);
  kind_ = method->method.kind;
  made_.clear();
  say({});
  return true;
}

CallRunner::Plan LabPage::makePlan(const grpc::ChannelTarget& target, const grpc::Method& method) const {
  const LessonSettings& settings = lesson().settings;
  CallRunner::Plan plan{target, {}, method, schemas_.schemas()};
  plan.request.path = settings.path.isEmpty() ? method.path : settings.path.toStdString();
  if (const auto metadata = metadataIn(settings.metadata)) plan.request.metadata = *metadata;
  if (const int pace = pace_->currentData().toInt(); pace > 0)
    plan.request.metadata.emplace_back("x-pace-ms", std::to_string(pace));
  if (const int deadline = deadline_->currentData().toInt(); deadline > 0)
    plan.request.deadline = std::chrono::milliseconds(deadline);
  if (settings.compression == QLatin1String("gzip")) plan.request.compression = grpc::CallCompression::Gzip;
  if (settings.compression == QLatin1String("deflate"))
    plan.request.compression = grpc::CallCompression::Deflate;
  return plan;
}

void LabPage::run() {
  if (!prepare()) return;
  left_ = lesson().settings.calls;
  player_->start();
}

void LabPage::step() {
  if (!player_->isRunning() && !prepare()) return;
  left_ = 1;
  player_->step();
}

/// After a call the next one, where a lesson wants several.
void LabPage::onCallChanged() {
  const bool isNext = player_->hasEnded() && left_ > 0 && --left_ > 0;
  showStream();
  if (!isNext) return;
  QTimer::singleShot(0, this, [this] {
    if (left_ > 0 && !player_->isRunning()) player_->start();
  });
}

void LabPage::showState() {
  stack_->setCurrentIndex(demo_.canSend() ? 1 : 0);
  const auto why = whyNot();
  const auto method = schemas_.schemas().method(lesson().method.toStdString());
  line_->setText(method ? toQt(method->method.line) : *why);
  hint_->setVisible(!why && stream() == nullptr);
  const bool isRunning = player_->isRunning();
  run_->setEnabled(!why && !isRunning);
  run_->setToolTip(why.value_or(QStringLiteral("Makes the call")));
  step_->setEnabled(!why && !(isRunning && player_->isAtEnd()));
  pause_->setEnabled(isRunning && !player_->isAtEnd());
  pause_->setText(isRunning && player_->isPaused() ? QStringLiteral("&Go on") : QStringLiteral("&Pause"));
  cancel_->setEnabled(isRunning);
}

const StreamEntry* LabPage::stream() const {
  return shown_ ? streams_->find(*shown_) : nullptr;
}

void LabPage::showStream() {
  const StreamEntry* entry = stream();
  sequence_->showStream(entry);
  showStory();
  showState();
}

void LabPage::showStory() {
  const StreamEntry* entry = stream();
  const bool isOver = left_ == 0 && player_->hasEnded();
  if (made_.size() > 1) {
    std::vector<const StreamEntry*> over;
    for (const StreamId id : made_) {
      if (const StreamEntry* one = streams_->find(id); one && !one->isOpen()) over.push_back(one);
    }
    if (over.size() > 1) pane_->showStory(callsStory(over), isOver);
  } else if (entry && kind_) {
    pane_->showStory(callStory(*entry, *kind_, player_->lines()), isOver);
  } else if (isOver && awaited_ > 0 && player_->lines().back().status != 0) {
    pane_->showStory(
        {QStringLiteral("The call did not reach the balancer: %1").arg(player_->lines().back().text)});
  }
}

void LabPage::say(const QString& words) {
  problem_->setText(QStringLiteral("✖ ") + words);
  problem_->setVisible(!words.isEmpty());
}

}  // namespace spillway::ui
