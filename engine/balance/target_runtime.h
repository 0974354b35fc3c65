// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/base/ids.h"
#include "engine/observe/events.h"
#include "engine/observe/metrics.h"

namespace spillway::balance {

/// The weight of a target that is not under mitigation.
inline constexpr std::uint32_t kFullWeight = 100;

/// What a target answered lately, older answers counting less (anomaly.h). Control thread only.
struct AnswerWindow {
  double answers = 0, failures = 0;
  std::uint64_t answersSeen = 0, failuresSeen = 0;  ///< the counters at the last look
};

/// What lives as long as a target is known, across configurations. Fields are shared by all threads but where
/// they say otherwise.
struct TargetRuntime {
  explicit TargetRuntime(TargetId target) : id(std::move(target)) {}
  const TargetId id;
  observe::Slot slot = observe::kNoSlot;
  alignas(64) std::atomic<observe::TargetState> state{observe::TargetState::Initial};
  std::atomic<bool> takenOut{false};  ///< by a person: gets no new requests, not even when all are unhealthy
  /// Steady-clock time in nanoseconds at which slow start began; 0 = not in slow start.
  std::atomic<std::int64_t> slowStartSince{0};
  std::atomic<bool> anomalous{false};                    ///< fails clearly more often than its peers
  std::atomic<std::uint32_t> weight{kFullWeight};        ///< less: mitigation is in effect
  alignas(64) std::atomic<std::int64_t> outstanding{0};  ///< open exchanges, all workers
  /// Draining: steady-clock time in nanoseconds at which what still runs is ended; 0 = not draining.
  std::atomic<std::int64_t> drainDeadline{0};
  alignas(64) std::atomic<std::uint64_t> answers{0};
  std::atomic<std::uint64_t> failures{0};  ///< of the answers: HTTP 5xx, or no connection
  AnswerWindow window;
  bool skipsSlowStart = false;  ///< when it becomes healthy for the first time; control thread only
};

/// What lives as long as a target group is known.
struct GroupRuntime {
  observe::Slot slot = observe::kNoSlot;
  alignas(64) std::atomic<std::uint32_t> cursor{0};       ///< round robin: shared, so that A, B, A, B holds
  alignas(64) std::atomic<std::uint32_t> healthEpoch{1};  ///< grows with each change of a target's state
};

/// What lives as long as a listener is known.
struct ListenerRuntime {
  observe::Slot slot = observe::kNoSlot;
  alignas(64) std::atomic<std::int64_t> connections{0};  ///< open client connections, all workers
};

/// Gives each listener, target and group its runtime, the same one as long as anybody uses it. Any thread
/// (mutex; not for the request path).
class RuntimeRegistry {
 public:
  explicit RuntimeRegistry(observe::MetricsRegistry& metrics) : metrics_(metrics) {}
  std::shared_ptr<TargetRuntime> target(const TargetId&);
  std::shared_ptr<GroupRuntime> group(const std::string& name);
  std::shared_ptr<ListenerRuntime> listener(const ListenerId&);
  /// Routes have nothing but their counts.
  observe::Slot route(const RouteId& id) { return metrics_.routeSlot(id); }

 private:
  std::mutex mutex_;
  observe::MetricsRegistry& metrics_;
  std::map<TargetId, std::weak_ptr<TargetRuntime>> targets_;
  std::map<std::string, std::weak_ptr<GroupRuntime>> groups_;
  std::map<ListenerId, std::weak_ptr<ListenerRuntime>> listeners_;
};

}  // namespace spillway::balance
