// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/balance/snapshot.h"
#include "engine/health/health_state.h"
#include "engine/health/target_status.h"
#include "engine/net/event_loop.h"
#include "engine/observe/event_bus.h"

namespace spillway::health {

/// Checks each target once, whatever the number of workers, publishes its state to the workers, and drains
/// targets that were deregistered. Everything but statuses() on its loop's thread.
class HealthMonitor {
 public:
  HealthMonitor(net::EventLoop& loop, observe::EventSink& sink);
  ~HealthMonitor();

  /// Follows a new configuration: new targets are checked at once, vanished ones drain.
  void apply(const std::shared_ptr<const balance::Snapshot>& snapshot);
  void checkNow(const TargetId& target);
  /// No more checks.
  void stop();
  std::vector<TargetStatus> statuses() const;  ///< any thread

 private:
  struct Entry;
  void follow(const std::shared_ptr<const balance::GroupSnapshot>& group,
              const balance::TargetSnapshot& target);
  void begin(Entry& entry);
  void check(Entry& entry);
  void onResult(Entry& entry, const ProbeResult& result, Duration latency);
  void drain(Entry& entry);
  void enter(Entry& entry, const HealthState& state, observe::HealthEvent event);
  void schedule(Entry& entry);
  void endProbe(Entry& entry);
  void watchDraining();
  void publish();

  net::EventLoop& loop_;
  observe::EventSink& sink_;
  std::map<TargetId, std::unique_ptr<Entry>> entries_;
  net::Timer drainTimer_;
  mutable std::mutex mutex_;
  std::vector<TargetStatus> published_;
};

}  // namespace spillway::health
