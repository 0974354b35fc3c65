// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "engine/observe/capture.h"

namespace spillway::history {

/// What was captured last, in memory: open streams, and ended ones as long as there is room. One thread puts
/// in; any thread may look.
class CaptureShelf {
 public:
  explicit CaptureShelf(std::size_t mostBytes) : most_(mostBytes) {}

  void add(std::shared_ptr<const observe::CapturedBatch>);
  /// The stream is over; nullopt: nothing of it is here.
  std::optional<observe::CapturedStream> end(StreamId);
  void forget(StreamId);
  /// What is known, batches before `from` left out; nullopt: nothing. Any thread; holds up nobody for long.
  std::optional<observe::CapturedStream> find(StreamId, std::size_t from = 0) const;
  /// Open streams of which parts had to go, for want of room.
  std::uint64_t evicted() const;

 private:
  struct Held {
    observe::CapturedStream stream;
    std::uint32_t parts = 0;  ///< numbered so far
    std::size_t bytes = 0;
    std::uint64_t order = 0;
  };
  void makeRoom();
  bool drop(std::deque<std::pair<StreamId, std::uint64_t>>& from);

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<StreamId, Held> streams_;
  std::deque<std::pair<StreamId, std::uint64_t>> ended_, begun_;  ///< in their order; some are gone already
  std::size_t bytes_ = 0;
  std::uint64_t order_ = 0, evicted_ = 0;
};

}  // namespace spillway::history
