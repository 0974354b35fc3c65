// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>

namespace spillway::ctl {

/// What ended a wait.
enum class Wake { Terminate, Reload, Descriptor, Timeout };

/// Takes SIGTERM, SIGINT and SIGHUP as messages. Must be made in main before any thread, which inherit its
/// mask.
class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  /// Waits for a signal, for `descriptor` (unless -1) to become readable, or for the timeout (nullopt:
  /// forever). Once it has said Terminate it says nothing else.
  Wake wait(std::optional<std::chrono::milliseconds> timeout, int descriptor = -1);

 private:
  int descriptor_ = -1;
  bool terminated_ = false;
};

}  // namespace spillway::ctl
