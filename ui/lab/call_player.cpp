// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/call_player.h"

#include <algorithm>
#include <utility>

namespace spillway::ui {

using Kind = grpc::CallEvent::Kind;

CallPlayer::CallPlayer(QObject* parent) : QObject(parent) {
  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &CallPlayer::sendNext);
  hold_.setSingleShot(true);
  connect(&hold_, &QTimer::timeout, this, [this] { runner_.holdReading(false); });
  connect(&runner_, &CallRunner::ended, this, &CallPlayer::ended);
  connect(&runner_, &CallRunner::happened, this, [this](const std::vector<CallLine>& lines) {
    lines_.insert(lines_.end(), lines.begin(), lines.end());
    if (lines_.size() > kMostLines)
      lines_.erase(lines_.begin(), lines_.end() - static_cast<std::ptrdiff_t>(kMostLines));
    sent_ += std::ranges::count(lines, Kind::Sent, &CallLine::kind);
    if (hasEnded()) timer_.stop();
    if (habits_.cancelAfter > 0 && sent_ >= habits_.cancelAfter) runner_.cancel();
    Q_EMIT changed();
  });
  connect(&runner_, &CallRunner::refused, this, [this](const QString& words) {
    if (!runner_.isRunning()) return;  // the call ended before all was sent: its end says why
    timer_.stop();
    runner_.cancel();
    Q_EMIT refused(words);
  });
}

void CallPlayer::prepare(CallRunner::Plan plan, QStringList messages, CallHabits habits) {
  habits_ = habits;
  plan_ = std::move(plan);
  messages_ = std::move(messages);
}

void CallPlayer::setPace(std::chrono::milliseconds pace) {
  pace_ = pace;
}

void CallPlayer::start() {
  if (!plan_) return;
  isPaused_ = false;
  begin();
  sendNext();
}

void CallPlayer::step() {
  if (!plan_) return;
  isPaused_ = true;
  timer_.stop();
  if (!isRunning()) begin();
  sendNext();
}

void CallPlayer::setPaused(bool isPaused) {
  isPaused_ = isPaused;
  timer_.stop();
  if (isRunning() && !isPaused) goOn();
  Q_EMIT changed();
}

void CallPlayer::begin() {
  timer_.stop();
  next_ = 0;
  sent_ = 0;
  lines_.clear();
  runner_.start(*plan_);
  runner_.holdReading(habits_.holdsReading.count() > 0);
  hold_.start(habits_.holdsReading);
  Q_EMIT started();
}

/// With the last message the client's side is closed: it has no more to say.
void CallPlayer::sendNext() {
  if (!isRunning() || isAtEnd()) return;
  const QString& message = messages_[next_++];
  isAtEnd() ? runner_.sendLast(message) : runner_.send(message);
  goOn();
  Q_EMIT changed();
}

void CallPlayer::goOn() {
  if (!isPaused_ && !isAtEnd()) timer_.start(pace_);
}

QString CallPlayer::message(Kind kind, std::uint64_t number) const {
  const auto found = std::ranges::find_if(
      lines_, [&](const CallLine& line) { return line.kind == kind && line.number == number; });
  return found == lines_.end() ? QString() : found->text;
}

}  // namespace spillway::ui
