// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace spillway::service {

/// A running child, in a process group of its own, with its output in a pipe. It dies with the thread that
/// spawned it, so that thread must live as long as the child should. One thread at a time.
class ChildProcess {
 public:
  /// Starts `command`; a program without a slash is looked for beside this executable, then in the PATH.
  static Result<ChildProcess> spawn(const std::vector<std::string>& command);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();  ///< kills the group when it has not been reaped

  int pid() const { return pid_; }
  int exitDescriptor() const { return exitDescriptor_; }      ///< readable once the child has ended
  int outputDescriptor() const { return outputDescriptor_; }  ///< -1 after its end
  void signal(int number) const;                              ///< to the whole group
  /// Exit code, or 128 + signal; nullopt while it runs.
  std::optional<int> reap();
  /// What came since the last call, without waiting. At the end of the output the descriptor closes.
  std::string readOutput();

 private:
  ChildProcess() = default;
  int pid_ = 0, exitDescriptor_ = -1, outputDescriptor_ = -1;
};

}  // namespace spillway::service
