// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/config/model.h"

namespace spillway::service {

enum class TaskState : std::uint8_t { Stopped, Running, Exited };

/// One task of a local service: a child process.
struct TaskStatus {
  std::string service;
  std::uint32_t port = 0;
  TaskState state = TaskState::Stopped;
  int pid = 0;       ///< 0 unless running
  int exitCode = 0;  ///< Exited: exit code, or 128 + signal
  WallTime since{};
  std::string lastOutput;  ///< last line the task wrote
};

/// Starts and stops the programs of local services as child processes of this one (which die with it). Any
/// thread.
class LocalServices {
 public:
  LocalServices();
  ~LocalServices();  ///< stops every task: SIGTERM, then SIGKILL after 2 s

  /// Makes the tasks those of `services`: new ones are stopped at first, vanished ones are ended.
  void configure(const std::vector<config::LocalService>& services);
  Result<void> start(const std::string& service, std::uint32_t port);
  void stop(const std::string& service, std::uint32_t port);  ///< SIGTERM, SIGKILL after 2 s; returns at once
  void kill(const std::string& service, std::uint32_t port);  ///< SIGKILL at once, as if it had crashed
  void startAll();
  void stopAll();
  std::vector<TaskStatus> tasks() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The first port from `first` on that nothing on this machine's 127.0.0.1 listens on; 0 when there is none.
std::uint32_t firstFreePort(std::uint32_t first);

/// The route guide demo's workspace: load balancer "route-guide", HTTPS listener on `listenPort`, gRPC group
/// "route-guide-targets" checked as quickly as ALB allows (5 s, 2 s timeout, thresholds 2), and a local
/// service of `tasks` demo servers on free ports: 50061, 50062, … as far as they are free; any when
/// `listenPort` is 0.
Result<config::Document> routeGuideDemo(std::uint32_t listenPort, std::uint32_t tasks);

}  // namespace spillway::service
