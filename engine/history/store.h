// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/clock.h"
#include "engine/history/capture_recorder.h"
#include "engine/observe/capture.h"
#include "engine/observe/event_bus.h"
#include "engine/observe/metric_frames.h"

namespace spillway::history {

/// How much a history keeps.
struct Bounds {
  std::uint64_t mostBytes = 1024ULL * 1024 * 1024;      ///< of the file; the oldest entries go first
  std::chrono::seconds longest = std::chrono::days(7);  ///< older entries go
  bool operator==(const Bounds&) const = default;
};

struct StoreOptions {
  std::string file;  ///< made when missing, and its folder
  Bounds bounds;
  WallTime (*clock)() = wallNow;                       ///< tells what is old
  std::shared_ptr<observe::MessageScrubber> scrubber;  ///< null: messages are stored as they are
};

struct StoreStatus {
  std::string file;
  Bounds bounds;                      ///< as they were set last
  std::uint64_t bytes = 0;            ///< of the file that are in use
  std::uint64_t entries = 0;          ///< requests that are stored
  std::uint64_t dropped = 0;          ///< since the start: lost because writing could not keep up
  std::uint64_t droppedSeconds = 0;   ///< the same, of the metrics
  std::uint64_t captures = 0;         ///< streams since the start whose parts were kept
  std::uint64_t droppedCaptures = 0;  ///< parts and streams lost because keeping could not keep up
  std::uint64_t skippedCaptures = 0;  ///< streams since the start of which nothing was kept: too many at once
  std::string trouble;                ///< in plain words what is wrong now; empty = all is well
  std::string setAside;               ///< a damaged file was moved here; empty = none was
};

/// Where a data folder keeps its history.
std::string fileIn(const std::string& dataDirectory);

/// Writes what happens to an SQLite file, in a thread of its own: requests, target health and metrics, in
/// batches, at the latest 100 ms after they came. What it cannot write in time is dropped and counted;
/// traffic never waits for it. A full disk is tried again; a damaged file is set aside and a new one begun; a
/// newer version's file is left alone. Every function may be called from any thread.
class Store {
 public:
  /// The subscription must be of kept events only and have room for what comes in some hundred milliseconds;
  /// the other one of kept events and captures, or null: no stream's parts are kept.
  Store(StoreOptions, std::unique_ptr<observe::Subscription>,
        std::unique_ptr<observe::Subscription> captures = nullptr);
  ~Store();  ///< writes what has come
  StoreStatus status() const;
  /// New bounds; taken up within a second. What is too much goes in small steps, between what is written.
  void limit(const Bounds&);
  /// What of streams keeps its parts; of load balancers without a rule all.
  void setCaptureRules(CaptureRules);
  /// What has passed on a stream that is open or ended lately, as far as it is in memory, batches before
  /// `from` left out; nullopt: nothing of it. Takes no longer than a copy of some pointers.
  std::optional<observe::CapturedStream> captured(StreamId, std::size_t from = 0) const;
  /// The metrics' newest second, to be written with the next batch.
  void keep(observe::NamedFrame);
  /// Waits until what the subscription held when it was called is written, or cannot be.
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::history
