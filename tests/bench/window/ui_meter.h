// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QString>
#include <atomic>
#include <chrono>
#include <semaphore>
#include <thread>
#include <utility>

namespace spillway::bench {

/// An application that knows what held its thread longest.
class MeteredApplication : public QApplication {
 public:
  struct Longest {
    double milliseconds = 0;
    QString what;  ///< "DashboardPage MetaCall"
  };

  using QApplication::QApplication;
  bool notify(QObject* receiver, QEvent* event) override;
  /// Of the events since the last call.
  Longest takeLongest() { return std::exchange(longest_, {}); }

 private:
  int depth_ = 0;
  Longest longest_;
};

/// How long the UI thread lets others wait: a thread of its own sends an event every few milliseconds and
/// sees how long it takes until that is served. What the system does to both threads counts, as it does for
/// a person.
class Heartbeat {
 public:
  Heartbeat();
  ~Heartbeat();
  /// Milliseconds, since the last call; a pause that goes on counts up to now.
  double takeLongest();

 private:
  void run();
  void arrive(std::chrono::steady_clock::time_point sent);

  QObject receiver_;  ///< lives in the UI thread
  double longest_ = 0;
  std::atomic<bool> isEnding_ = false;
  std::counting_semaphore<> served_{0};
  std::thread thread_;
};

/// What the UI thread and the whole program took since this was made.
class Meter {
 public:
  Meter();
  double seconds() const;
  double uiShare() const;       ///< of a core
  double programShare() const;  ///< of a core

 private:
  double wall_, ui_, program_;
};

double residentMiB();

}  // namespace spillway::bench
