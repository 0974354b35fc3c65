// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/observe/events.h"
#include "engine/observe/metrics_reading.h"

namespace spillway::observe {

/// Index of a listener, group or target in the counters, or of a route among the routes; given once by
/// MetricsRegistry and never reused for another.
using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = ~Slot{0};

/// Where one exchange or connection counts.
struct SlotSet {
  Slot listener = kNoSlot, group = kNoSlot, target = kNoSlot, route = kNoSlot;
};

/// One thread's counters: written only by the owner thread (relaxed load+store), read by any thread at any
/// time.
class WorkerMetrics {
 public:
  virtual ~WorkerMetrics() = default;
  virtual void streamStarted(const SlotSet&) = 0;  ///< listener (and group) known, target not yet
  virtual void targetChosen(Slot target) = 0;      ///< active count of the target goes up
  virtual void targetLeft(Slot target) = 0;        ///< … and down, once per targetChosen
  virtual void streamEnded(const StreamRecord&, const SlotSet&) = 0;  ///< listener and group as at its start
  virtual void clientConnectionOpened(Slot listener) = 0;
  virtual void clientConnectionClosed(Slot listener) = 0;
  virtual void clientConnectionRejected(Slot listener) = 0;  ///< over the listener's limit
  virtual void tlsNegotiationFailed(Slot listener) = 0;
  /// The group and target for which the connection was made, the same at its end.
  virtual void targetConnectionOpened(const SlotSet&) = 0;
  virtual void targetConnectionClosed(const SlotSet&) = 0;
  virtual void targetConnectionFailed(const SlotSet&) = 0;
  virtual void targetTlsFailed(const SlotSet&) = 0;
};

/// Names the slots, makes a WorkerMetrics for each worker, and sums them. Slots: control side (under a
/// mutex); read(): any thread, wait-free for the workers.
class MetricsRegistry {
 public:
  MetricsRegistry();
  ~MetricsRegistry();
  /// The slot of this thing, made at its first mention; the same for the life of the registry.
  Slot listenerSlot(const ListenerId&);
  Slot groupSlot(const std::string&);
  Slot targetSlot(const TargetId&);
  Slot routeSlot(const RouteId&);
  /// A new set of counters for one thread; owned by the registry, lives as long.
  WorkerMetrics& addWorker();
  MetricsReading read() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::observe
