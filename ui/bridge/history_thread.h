// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThread>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "engine/history/reader.h"

namespace spillway::ui {

/// Asks the history in a thread of its own, one question after the other. UI thread.
class HistoryThread {
 public:
  explicit HistoryThread(std::string file);
  ~HistoryThread();  ///< ends what runs and forgets what waits

  /// Calls `question` in the thread, with null when there is no history that can be read.
  void ask(std::function<void(history::Reader*)> question);
  /// Ends the question that runs now, as an error of code Drained.
  void interrupt();

 private:
  history::Reader* reader();

  const std::string file_;
  QThread thread_;
  QObject* worker_;  ///< lives in the thread
  std::mutex mutex_;
  std::unique_ptr<history::Reader>
      reader_;             ///< made and used by the thread; under the mutex while it changes
  bool isEnding_ = false;  ///< under the mutex
};

}  // namespace spillway::ui
