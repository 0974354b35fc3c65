// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/window/ui_meter.h"

#include <unistd.h>

#include <QMetaEnum>
#include <algorithm>
#include <ctime>
#include <fstream>
#include <utility>

namespace spillway::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kBeat = std::chrono::milliseconds(5);

double millisecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double secondsOf(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

QString nameOf(QEvent::Type type) {
  const char* name = QMetaEnum::fromType<QEvent::Type>().valueToKey(type);
  return name ? QString::fromLatin1(name) : QString::number(type);
}

}  // namespace

/// The receiver may be gone afterwards: it is named before.
bool MeteredApplication::notify(QObject* receiver, QEvent* event) {
  if (depth_ > 0) return QApplication::notify(receiver, event);
  const char* name = receiver->metaObject()->className();
  const QEvent::Type type = event->type();
  const Clock::time_point begin = Clock::now();
  ++depth_;
  const bool result = QApplication::notify(receiver, event);
  --depth_;
  if (const double took = millisecondsSince(begin); took > longest_.milliseconds)
    longest_ = {took, QString::fromLatin1(name).section(QStringLiteral("::"), -1) + ' ' + nameOf(type)};
  return result;
}

Heartbeat::Heartbeat() : thread_([this] { run(); }) {}

Heartbeat::~Heartbeat() {
  isEnding_ = true;
  served_.release();
  thread_.join();
}

void Heartbeat::run() {
  while (!isEnding_) {
    QMetaObject::invokeMethod(&receiver_, [this, sent = Clock::now()] { arrive(sent); });
    served_.acquire();
    std::this_thread::sleep_for(kBeat);
  }
}

void Heartbeat::arrive(Clock::time_point sent) {
  longest_ = std::max(longest_, millisecondsSince(sent));
  served_.release();
}

double Heartbeat::takeLongest() {
  QCoreApplication::sendPostedEvents(&receiver_);
  return std::exchange(longest_, 0);
}

Meter::Meter()
    : wall_(secondsOf(CLOCK_MONOTONIC)),
      ui_(secondsOf(CLOCK_THREAD_CPUTIME_ID)),
      program_(secondsOf(CLOCK_PROCESS_CPUTIME_ID)) {}

double Meter::seconds() const {
  return secondsOf(CLOCK_MONOTONIC) - wall_;
}

double Meter::uiShare() const {
  return (secondsOf(CLOCK_THREAD_CPUTIME_ID) - ui_) / seconds();
}

double Meter::programShare() const {
  return (secondsOf(CLOCK_PROCESS_CPUTIME_ID) - program_) / seconds();
}

double residentMiB() {
  std::ifstream sizes("/proc/self/statm");
  double whole = 0, resident = 0;
  sizes >> whole >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

}  // namespace spillway::bench
