// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/call_series.h"

#include <QTimer>
#include <algorithm>
#include <utility>

namespace spillway::ui {

namespace {

using Kind = grpc::CallEvent::Kind;

/// The values of a field of the call's initial metadata.
QStringList fieldsOf(const CallPlayer& player, const QString& name) {
  const auto headers = std::ranges::find(player.lines(), Kind::Headers, &CallLine::kind);
  if (headers == player.lines().end()) return {};
  QStringList values;
  for (const QString& field : headers->text.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
    if (field.startsWith(name + QStringLiteral(": "))) values << field.mid(name.size() + 2);
  }
  return values;
}

}  // namespace

CallSeries::CallSeries(QObject* parent) : QObject(parent) {
  add();
}

void CallSeries::add() {
  auto* player = new CallPlayer(this);
  if (!players_.empty()) player->shareConnection(this->player());
  players_.push_back(player);
  connect(player, &CallPlayer::started, this, &CallSeries::started);
  connect(player, &CallPlayer::changed, this, &CallSeries::changed);
  connect(player, &CallPlayer::refused, this, &CallSeries::refused);
  connect(player, &CallPlayer::ended, this, [this, player] { finish(*player); });
}

void CallSeries::prepare(Order order) {
  order_ = std::move(order);
  while (static_cast<int>(players_.size()) < order_.atOnce)
    add();
}

void CallSeries::begin(int calls) {
  next_ = 0;
  calls_ = calls;
  cookies_.clear();
  ends_.clear();
}

void CallSeries::run() {
  begin(order_.calls);
  goOn();
}

void CallSeries::step() {
  if (!player().isRunning()) {
    begin(1);
    if (!prepareNext(player())) return;
  }
  player().step();
}

void CallSeries::cancel() {
  calls_ = next_;
  for (CallPlayer* player : players_)
    player->cancel();
}

void CallSeries::reset() {
  cancel();
  begin(0);
}

void CallSeries::setPace(std::chrono::milliseconds pace) {
  for (CallPlayer* player : players_)
    player->setPace(pace);
}

bool CallSeries::isRunning() const {
  return next_ < calls_ || std::ranges::any_of(players_, &CallPlayer::isRunning);
}

void CallSeries::goOn() {
  for (std::size_t i = 0; i < static_cast<std::size_t>(order_.atOnce); ++i) {
    CallPlayer& player = *players_[i];
    if (!player.isRunning() && prepareNext(player)) player.start();
  }
}

bool CallSeries::prepareNext(CallPlayer& player) {
  if (next_ >= calls_ || !order_.plan) return false;
  CallRunner::Plan plan = order_.plan(next_++);
  if (!cookies_.isEmpty()) plan.request.metadata.emplace_back("cookie", cookies_.toStdString());
  player.prepare(std::move(plan), order_.messages, order_.habits);
  return true;
}

void CallSeries::finish(CallPlayer& player) {
  if (next_ == 0) return;  // of a series that was reset
  ends_.push_back({player.lines().back().status, fieldsOf(player, QStringLiteral("x-served-by")).value(0)});
  QStringList cookies;
  for (const QString& cookie : fieldsOf(player, QStringLiteral("set-cookie")))
    cookies << cookie.section(QLatin1Char(';'), 0, 0);
  if (order_.keepsCookies && !cookies.isEmpty()) cookies_ = cookies.join(QStringLiteral("; "));
  Q_EMIT changed();
  QTimer::singleShot(0, this, &CallSeries::goOn);
}

}  // namespace spillway::ui
