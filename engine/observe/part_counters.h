// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "engine/observe/events.h"
#include "engine/observe/histogram.h"
#include "engine/observe/metrics_reading.h"

namespace spillway::observe {

/// A counter that one thread writes and any thread reads.
class Counter {
 public:
  void add(std::uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// One thread's histogram.
class HistogramCounters {
 public:
  void add(std::int64_t micros);
  void addTo(HistogramReading& reading) const;

 private:
  std::array<Counter, kHistogramBuckets> buckets_;
  Counter sum_;
};

/// One thread's counts of HTTP statuses by who made them; each class of statuses takes room at its first one.
class StatusCounters {
 public:
  ~StatusCounters();
  void add(int status, bool fromBalancer);
  void addTo(std::map<HttpStatusKey, std::uint64_t>& reading) const;

 private:
  using Class = std::array<std::array<Counter, 2>, 100>;  ///< by the status's last two digits, and by maker
  std::array<std::atomic<Class*>, 6> classes_{};          ///< by hundreds; 0 holds what is no status
};

/// Counts of one listener, group, target or of all, in one worker: 11 KiB. Written by the owner thread only.
struct PartCounters {
  static constexpr std::size_t kGrpcCodes = 100;

  Counter began, left, connectionsClosed, targetConnectionsClosed;
  std::array<Counter, kCounts> counts;
  std::array<Counter, kGrpcCodes> grpc;
  StatusCounters http;
  HistogramCounters duration, targetResponse;

  void add(Count count, std::uint64_t amount = 1) { counts[static_cast<std::size_t>(count)].add(amount); }
  /// All that an ended exchange counts.
  void ended(const StreamRecord& record);
  void addTo(PartReading& reading) const;

 private:
  void addGrpc(const StreamRecord& record);
  void addOddities(const StreamRecord& record);
};

}  // namespace spillway::observe
