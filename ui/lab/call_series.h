// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <functional>
#include <vector>

#include "ui/lab/call_player.h"

namespace spillway::ui {

/// How a call of a series ended, as its client saw it.
struct CallEnd {
  int status = 0;
  QString servedBy;  ///< what the server calls itself, in its metadata x-served-by; may be empty
};

/// Makes the calls of a lesson: one, or several, so many of them at once. UI thread.
class CallSeries : public QObject {
  Q_OBJECT

 public:
  struct Order {
    std::function<CallRunner::Plan(int call)> plan;  ///< call: 0, 1, …
    QStringList messages;
    CallHabits habits;
    int calls = 1, atOnce = 1;
    bool keepsCookies = false;  ///< as a browser would: what a server sets goes along with the next call
  };

  explicit CallSeries(QObject* parent = nullptr);

  void prepare(Order order);
  /// All its calls.
  void run();
  /// One call, message by message.
  void step();
  /// Those that run; no further ones are made.
  void cancel();
  /// The same, and how calls ended is forgotten.
  void reset();
  void setPace(std::chrono::milliseconds pace);

  /// Makes the first call, and those after it where they come one after the other.
  CallPlayer& player() { return *players_.front(); }
  /// Calls run, or are still to be made.
  bool isRunning() const;
  const std::vector<CallEnd>& ends() const { return ends_; }

 signals:
  void started();  ///< each call
  void changed();
  void refused(const QString& words);

 private:
  void add();
  void begin(int calls);
  void goOn();
  void finish(CallPlayer& player);
  bool prepareNext(CallPlayer& player);

  Order order_;
  std::vector<CallPlayer*> players_;  ///< as many as calls were ever made at once
  int next_ = 0, calls_ = 0;          ///< calls that began, calls that are wanted
  QString cookies_;
  std::vector<CallEnd> ends_;
};

}  // namespace spillway::ui
