// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>
#include <optional>
#include <vector>

#include "ui/calls/call_runner.h"

namespace spillway::ui {

/// Lines of a call that are kept.
inline constexpr std::size_t kMostLines = 20'000;

/// How a client behaves in a call, beside what it sends. Zero: as usual.
struct CallHabits {
  int cancelAfter = 0;                        ///< it cancels after so many messages
  std::chrono::milliseconds holdsReading{0};  ///< it reads nothing for so long
};

/// Plays a call: sends its messages one after the other at a pace, or one a step, and half-closes after the
/// last. UI thread.
class CallPlayer : public QObject {
  Q_OBJECT

 public:
  explicit CallPlayer(QObject* parent = nullptr);

  void shareConnection(const CallPlayer& other) { runner_.shareConnection(other.runner_); }
  /// What goes out at the start of the next call.
  void prepare(CallRunner::Plan plan, QStringList messages, CallHabits habits = {});
  /// Between two messages; zero: as fast as they go. Counts from the next message on.
  void setPace(std::chrono::milliseconds pace);
  void start();
  /// The next message, or the half-close; begins the call when none runs. Holds the call.
  void step();
  void setPaused(bool isPaused);
  void cancel() { runner_.cancel(); }

  bool isRunning() const { return runner_.isRunning(); }
  bool isPaused() const { return isPaused_; }
  /// All messages were given out.
  bool isAtEnd() const { return next_ >= messages_.size(); }
  /// What happened to the call so far; of a long one the latest kMostLines.
  const std::vector<CallLine>& lines() const { return lines_; }
  /// The message of this number in this direction as JSON; empty: not seen yet.
  QString message(grpc::CallEvent::Kind kind, std::uint64_t number) const;
  bool hasEnded() const { return !lines_.empty() && lines_.back().kind == grpc::CallEvent::Kind::Ended; }

 signals:
  void started();
  void changed();
  void ended();
  void refused(const QString& words);

 private:
  void begin();
  void sendNext();
  void goOn();

  CallRunner runner_;
  std::optional<CallRunner::Plan> plan_;
  QStringList messages_;
  qsizetype next_ = 0;
  CallHabits habits_;
  std::ptrdiff_t sent_ = 0;  ///< messages that are on their way
  std::chrono::milliseconds pace_{0};
  QTimer timer_, hold_;
  bool isPaused_ = false;
  std::vector<CallLine> lines_;
};

}  // namespace spillway::ui
