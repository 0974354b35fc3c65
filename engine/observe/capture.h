// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/observe/events.h"

/// What passes on a stream, as plain values: both sides of the balancer, down to frames and bytes. Kept for
/// whoever looks into a stream.
namespace spillway::observe {

/// A side of the balancer: between it and the client, or between it and the target.
enum class Hop : std::uint8_t { Client, Target };

enum class CapturedKind : std::uint8_t {
  Head,      ///< `fields`, pseudo-header fields first; `number` = HTTP status, 0 of a request
  Trailers,  ///< `fields`
  Bytes,     ///< `size` bytes of content arrived; `kept` of them are in the batch
  Message,   ///< one gRPC message was whole on this hop: `number` from 1, `size` of its payload, `compressed`
  End,       ///< the direction is over
  Frame,     ///< an HTTP/2 frame: `frameType`, `frameFlags`, `size` = length, the windows behind it
  Reset,     ///< `number` = HTTP/2 code
  Attempt,   ///< a target was chosen: `number` from 1, its address in `fields`
  Wire,  ///< where it is on this hop: `size` = connection, `number` = HTTP/2 stream identifier (0: HTTP/1)
};

using FieldList = std::vector<std::pair<std::string, std::string>>;

/// One thing that passed. `direction` says which way it went, whoever told it.
struct CapturedPart {
  CapturedKind kind = CapturedKind::Bytes;
  Hop hop = Hop::Client;
  Direction direction = Direction::Request;
  bool compressed = false;
  std::uint8_t frameType = 0, frameFlags = 0;
  std::uint32_t number = 0, kept = 0;
  /// Of the direction in which DATA frames like this one go: what the receiver still takes, of the stream
  /// and of the connection, bytes. HTTP/2 frames only.
  std::int32_t streamWindow = 0, connectionWindow = 0;
  std::uint64_t size = 0;
  WallTime time{};
  std::shared_ptr<const FieldList> fields;
};

/// Bytes of captures that are on their way to whoever keeps them.
using CaptureBudget = std::atomic<std::int64_t>;

/// Parts of one stream in their order, immutable once told.
struct CapturedBatch {
  StreamId stream = 0;
  std::uint32_t first = 0;  ///< number of the first part within the stream, from 0: a gap tells of a loss
  std::vector<CapturedPart> parts;
  std::string bytes;  ///< what was kept, part after part
  std::shared_ptr<CaptureBudget> budget;

  CapturedBatch() = default;
  CapturedBatch(const CapturedBatch&) = delete;
  CapturedBatch& operator=(const CapturedBatch&) = delete;
  ~CapturedBatch() { arrive(); }
  /// It is with whoever keeps it: it weighs on the budget no more. Any thread.
  void arrive() const {
    if (!budget || arrived_.exchange(true, std::memory_order_relaxed)) return;
    budget->fetch_sub(weight(), std::memory_order_relaxed);
  }
  /// Memory that it takes, about.
  std::int64_t weight() const {
    return static_cast<std::int64_t>(parts.size() * sizeof(CapturedPart) + bytes.size());
  }

 private:
  mutable std::atomic<bool> arrived_{false};
};

/// What is known of one stream, from its first part on.
struct CapturedStream {
  StreamId stream = 0;
  std::vector<std::shared_ptr<const CapturedBatch>> batches;
  std::uint64_t lostParts = 0;  ///< that came too fast, or were beyond the bounds
  bool hasEnded = false;
};

}  // namespace spillway::observe
