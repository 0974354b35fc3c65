// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/observe/events.h"
#include "engine/observe/log_file.h"

namespace spillway::config {
struct Document;
}

namespace spillway::observe {

/// The logs that the document switches on. Those without a directory go to `dataDirectory`/logs. Pure.
std::vector<LogTarget> logTargets(const config::Document&, const std::string& dataDirectory);

/// All logs of all load balancers. Told from any thread what to write; everything that touches the disk
/// happens on the recorder thread. Destroying it finishes the files.
class LogFiles {
 public:
  /// From the recorder's next turn on these logs are written and no others. A log that stays as it was keeps
  /// its file; one that goes or changes ends it. Any thread.
  void configure(std::vector<LogTarget>);
  /// One per log, by load balancer, as of the recorder's last turn. Any thread.
  std::vector<LogStatus> statuses() const;

  /// Takes over what configure() left. Recorder thread, as all below.
  void takeConfiguration();
  /// Logs what a log is interested in: ended streams, connections, health checks.
  void record(const Event&, WallTime now);
  /// Writes, rotates and compresses what is due.
  void tick(WallTime now);
  /// Writes everything recorded.
  void write();
  /// Ends all files, compressed ones too; nothing is written any more.
  void finish();

 private:
  using Logs = std::array<std::unique_ptr<LogFile>, 3>;  ///< by LogKind
  LogFile* find(const std::string& loadBalancer, LogKind) const;
  void compressSome();
  void publishStatuses();

  std::map<std::string, Logs> logs_;
  std::vector<std::unique_ptr<LogFile>> leaving_;  ///< switched off; still compressing
  mutable std::mutex mutex_;                       ///< what follows
  std::optional<std::vector<LogTarget>> wanted_;
  std::vector<LogStatus> statuses_;
};

}  // namespace spillway::observe
