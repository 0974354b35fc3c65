// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace spillway::balance {

/// Tells, on a thread of its own, when what a configuration was made from has changed: it looks at files
/// every now and then, since a certificate that was renewed must come into use without anybody's doing.
/// Public functions: any thread.
class FileWatch {
 public:
  /// `changed` is called on the watch's thread, after files have changed and then stayed as they are for
  /// `interval`.
  FileWatch(std::chrono::milliseconds interval, std::function<void()> changed);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// Watches these files from now on; what they are now is no change.
  void follow(std::vector<std::string> files);
  /// Something else has changed: calls `changed` soon.
  void wake();
  /// No more calls; waits for one that is running.
  void stop();

 private:
  void run();

  const std::chrono::milliseconds interval_;
  const std::function<void()> changed_;
  std::mutex mutex_;
  std::condition_variable wakeUp_;
  std::vector<std::string> files_;
  std::uint64_t known_ = 0;  ///< the files' stamp when they were read last
  bool woken_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace spillway::balance
