// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/service/child_process.h"
#include "engine/service/local_service.h"

namespace spillway::service {

/// One task: what it runs and how that goes. start() and what follows belong to the thread of LocalServices.
class Task {
 public:
  Task(std::string service, std::uint32_t port);

  const TaskStatus& status() const { return status_; }
  const ChildProcess* child() const { return child_ ? &*child_ : nullptr; }
  TimePoint killAt() const { return killAt_; }  ///< max() unless it has been told to stop

  /// "{port}" is replaced by the task's port. Takes effect at the next start.
  void setCommand(std::vector<std::string> command);

  /// Starts the child; when one is on its way out, as soon as that is gone.
  Result<void> start();
  /// SIGTERM now, SIGKILL two seconds later.
  void stop(TimePoint now);
  /// SIGKILL at once: for whoever looks it has crashed.
  void kill() const;
  /// Reads output, notices the child's end, kills what overstayed.
  void look(TimePoint now);

 private:
  void takeOutput();
  void ended(int exitCode);

  TaskStatus status_;
  std::vector<std::string> command_;
  std::optional<ChildProcess> child_;
  std::string openLine_;  ///< output after the last newline
  TimePoint killAt_ = TimePoint::max();
  bool startsAgain_ = false;
};

}  // namespace spillway::service
