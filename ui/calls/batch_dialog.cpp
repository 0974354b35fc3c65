// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/batch_dialog.h"

#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/calls/latency_bars.h"
#include "ui/models/words.h"
#include "ui/widgets/card.h"

namespace spillway::ui {

namespace {

constexpr int kRefresh = 250;  // milliseconds
constexpr int kMostAtOnce = 1000, kMostRate = 50'000;

QSpinBox* makeNumber(int from, int to, int value, QWidget* parent) {
  auto* box = new QSpinBox(parent);
  box->setRange(from, to);
  box->setValue(value);
  box->setGroupSeparatorShown(true);
  return box;
}

}  // namespace

BatchDialog::BatchDialog(const grpc::ChannelTarget& target, grpc::BatchPlan plan, QWidget* parent)
    : QDialog(parent),
      target_(target),
      plan_(std::move(plan)),
      calls_(makeNumber(1, grpc::kMostBatchCalls, 1000, this)),
      atOnce_(makeNumber(1, kMostAtOnce, 10, this)),
      rate_(makeNumber(0, kMostRate, 0, this)),
      start_(new QPushButton(QStringLiteral("▶ &Run"), this)),
      stop_(new QPushButton(QStringLiteral("&Stop"), this)),
      progress_(new QProgressBar(this)),
      statuses_(new QLabel(this)),
      times_(new QLabel(this)),
      notes_(new QLabel(this)),
      bars_(new LatencyBars(this)) {
  setWindowTitle(QStringLiteral("Run many · %1").arg(QString::fromStdString(plan_.request.path)));
  rate_->setSuffix(QStringLiteral(" per second"));
  rate_->setSpecialValueText(QStringLiteral("as fast as they go"));
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(10);
  form->setColumnStretch(1, 1);
  int row = 0;
  for (const auto& [words, box] :
       {std::pair("&Calls", calls_), std::pair("&At once, at most", atOnce_), std::pair("Be&gin", rate_)}) {
    auto* label = new QLabel(QString::fromLatin1(words), this);
    label->setBuddy(box);
    form->addWidget(label, row, 0);
    form->addWidget(box, row++, 1);
  }
  auto* buttons = new QHBoxLayout;
  start_->setProperty("role", "primary");
  start_->setDefault(true);
  buttons->addWidget(start_);
  buttons->addWidget(stop_);
  buttons->addWidget(progress_, 1);
  progress_->setTextVisible(false);
  progress_->setAccessibleName(QStringLiteral("Calls that have ended"));
  for (QLabel* label : {statuses_, times_, notes_}) {
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setWordWrap(true);
  }
  notes_->setProperty("role", "muted");
  auto* card = new Card(this);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(14, 10, 14, 10);
  inside->addWidget(statuses_);
  inside->addWidget(times_);
  inside->addWidget(bars_, 1);
  inside->addWidget(notes_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(18, 16, 18, 14);
  column->setSpacing(10);
  column->addLayout(form);
  column->addLayout(buttons);
  column->addWidget(card, 1);
  resize(540, 460);
  timer_.setInterval(kRefresh);
  connect(&timer_, &QTimer::timeout, this, &BatchDialog::refresh);
  connect(start_, &QPushButton::clicked, this, &BatchDialog::start);
  connect(stop_, &QPushButton::clicked, this, &BatchDialog::stop);
  showResult();
}

BatchDialog::~BatchDialog() = default;

void BatchDialog::start() {
  plan_.calls = static_cast<std::uint32_t>(calls_->value());
  plan_.atOnce = static_cast<std::uint32_t>(atOnce_->value());
  plan_.perSecond = rate_->value();
  batch_ = std::make_unique<grpc::CallBatch>(target_, plan_);
  timer_.start();
  refresh();
}

void BatchDialog::stop() {
  if (batch_) batch_->stop();
  refresh();
}

void BatchDialog::refresh() {
  result_ = batch_->result();
  std::ranges::sort(result_.micros);
  if (result_.isOver) {
    timer_.stop();
    batch_.reset();
  }
  showResult();
}

void BatchDialog::showResult() {
  const bool isRunning = batch_ != nullptr;
  start_->setEnabled(!isRunning);
  stop_->setEnabled(isRunning);
  progress_->setRange(0, static_cast<int>(std::max(plan_.calls, 1U)));
  progress_->setValue(static_cast<int>(result_.ended));
  statuses_->setText(statusWords());
  times_->setText(timeWords());
  bars_->showTimes(result_.micros);
  QString notes;
  if (result_.late > 0)
    notes = QStringLiteral("%1 began later than the rate wanted: all that may run at once were still out.")
                .arg(countOf(result_.late, QStringLiteral("call")));
  if (result_.isOver && result_.ended < result_.begun)
    notes = QStringLiteral("%1 cancelled by Stop.")
                .arg(countOf(result_.begun - result_.ended, QStringLiteral("call")));
  notes_->setText(notes);
  notes_->setVisible(!notes.isEmpty());
}

QString BatchDialog::statusWords() const {
  if (result_.begun == 0)
    return QStringLiteral("Each call sends the message that the editor has now, then half-closes.");
  QStringList parts;
  for (const auto& [status, count] : result_.statuses) {
    const auto code = static_cast<std::uint32_t>(status);
    parts << markedText(grpcSeverity(code),
                        QStringLiteral("%1: %2").arg(grpcStatusText(code), countText(count)));
  }
  return parts.isEmpty() ? QStringLiteral("No call has ended yet.") : parts.join(QStringLiteral("  ·  "));
}

QString BatchDialog::timeWords() const {
  if (result_.micros.empty()) return {};
  const auto at = [&](double share) { return durationText(percentileOf(result_.micros, share)); };
  const double seconds = std::max(1e-6, std::chrono::duration<double>(result_.elapsed).count());
  return QStringLiteral("p50 %1 · p90 %2 · p99 %3 · longest %4\n%5 in %6: %7 per second, %8 back")
      .arg(at(0.5), at(0.9), at(0.99), at(1), countOf(result_.ended, QStringLiteral("call")),
           durationText(result_.elapsed.count()),
           countText(static_cast<std::uint64_t>(static_cast<double>(result_.ended) / seconds)),
           countOf(result_.received, QStringLiteral("message")));
}

QString BatchDialog::words() const {
  return statuses_->text() + QLatin1Char('\n') + times_->text();
}

}  // namespace spillway::ui
