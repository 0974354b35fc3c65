// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "engine/base/clock.h"
#include "engine/observe/connection_status.h"

namespace spillway::proxy {

/// Where a worker shows its connections to whoever looks. Made only while somebody asks: once a second.
class ConnectionBoard {
 public:
  /// The newest list; asks for newer ones. Any thread.
  std::shared_ptr<const observe::ConnectionList> read();
  /// Whether a new list is wanted now. The worker.
  bool isWanted(TimePoint now) const;
  void show(observe::ConnectionList list, TimePoint now);
  /// Drops the list that nobody asks for any more: whoever comes later shall not see what was long ago.
  void forgetUnread(TimePoint now);

 private:
  std::atomic<std::int64_t> wantedUntil_{0};  ///< nanoseconds of the steady clock
  TimePoint shown_{};                         ///< the worker's
  std::mutex mutex_;                          ///< held for moments: a pointer changes under it
  std::shared_ptr<const observe::ConnectionList> list_ = std::make_shared<const observe::ConnectionList>();
};

}  // namespace spillway::proxy
