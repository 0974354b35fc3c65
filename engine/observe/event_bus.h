// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/observe/events.h"
#include "engine/observe/metrics_reading.h"

namespace spillway::observe {

struct LogTarget;
struct LogStatus;

/// The producing end of the bus: one per producing thread (each worker, the control thread). Owner thread
/// only.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// Whether somebody wants the details (everything but what emitKept() takes) of one more stream that began
  /// now; those that are too many are counted.
  virtual bool wantsDetails(TimePoint now) = 0;
  /// Whether somebody keeps what passes on one more stream that began now; those that are too many are
  /// counted.
  virtual bool wantsCapture(TimePoint /*now*/) { return false; }
  /// Whether somebody wants the decision trace of one more request that came now.
  virtual bool wantsDecision(TimePoint now) = 0;
  /// Details: dropped and counted when the ring is full. Never waits.
  virtual void emit(Event&&) = 0;
  /// StreamEnded, Connection, Health, ConfigApplied, ConfigRefused: kept in an own overflow list when the
  /// ring is full; never waits.
  virtual void emitKept(Event&&) = 0;
  /// Moves what overflowed into the ring, as far as there is room; called once per loop turn.
  virtual void flush() = 0;
};

struct SubscriptionOptions {
  bool details = true;                                  ///< want stream details too
  std::uint32_t detailedPerSecond = ~std::uint32_t{0};  ///< details of so many streams of each worker
  std::uint32_t capturesPerSecond = 0;  ///< want what passes on so many streams of each worker, down to bytes
  std::uint32_t decisionsPerSecond = 0;  ///< want the decision traces of so many requests of each worker
  /// Events waiting at the most, details up to half of that; more are dropped and counted.
  std::size_t capacity = 65536;
};

/// A reader's bounded queue. One consumer thread. Destroying it ends the subscription (any thread).
class Subscription {
 public:
  virtual ~Subscription() = default;
  /// Appends up to `max` events to `out`, oldest first; returns how many.
  virtual std::size_t drain(std::vector<Event>& out, std::size_t max) = 0;
  /// What this subscription lost since it began.
  virtual Dropped dropped() const = 0;
};

/// The recorder thread: takes events from the sinks (every 20 ms at the latest) and hands them to the
/// log files and the subscriptions. A slow reader slows nobody: its queue drops and counts.
class EventBus {
 public:
  EventBus();
  ~EventBus();  ///< stops the thread; sinks and subscriptions may outlive it safely only if unused
  /// A new producing end; owned by the bus, lives as long. Any thread.
  EventSink& addSink();
  std::unique_ptr<Subscription> subscribe(const SubscriptionOptions&);
  /// Appends ALB-format lines to `file` from now on ("" stops it). Lines reach the disk within 250 ms.
  Result<void> writeAccessLog(const std::string& file);
  /// From now on these of ALB's logs are written (see LogFiles), besides the file above. Returns at once.
  void configureLogs(std::vector<LogTarget>);
  /// How the logs fare, as of the last 20 ms.
  std::vector<LogStatus> logStatuses() const;
  /// Waits until everything that was emitted before the call has reached the subscriptions and the files.
  void flush();
  /// The same when the sinks' owners have ended: of all that was emitted, what overflowed too.
  void finish();
  /// Details lost by sinks since the start.
  std::uint64_t droppedDetails() const;
  /// Streams since the start of which only the record was told, since too many began at once.
  std::uint64_t summarizedStreams() const;
  /// Streams since the start of which nothing was captured, since too many began at once.
  std::uint64_t skippedCaptures() const;
  /// gRPC exchanges per method, of the records that were handed on so far. Any thread.
  std::map<MethodId, PartReading> grpcMethods() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::observe
