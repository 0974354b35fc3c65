// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/balance/snapshot.h"
#include "engine/health/health_state.h"
#include "engine/health/target_status.h"
#include "engine/net/event_loop.h"
#include "engine/observe/event_bus.h"

namespace spillway::health {

/// Numbers between -1 and 1 that spread the checks.
using Jitter = std::function<double()>;
/// Evenly distributed, another series each time.
Jitter evenJitter();

/// Checks each target once, whatever the number of workers, publishes its state to the workers, and drains
/// targets that were deregistered. New targets are checked at once; after that each check begins an interval
/// ± 10 % after the start of the one before, so that the targets' checks do not march in step, and however
/// long an answer takes. Everything but statuses() on its loop's thread.
class HealthMonitor {
 public:
  HealthMonitor(net::EventLoop& loop, observe::EventSink& sink, Jitter jitter = evenJitter());
  ~HealthMonitor();

  /// Follows a new configuration: new targets are checked at once, vanished ones drain. Other settings of the
  /// checks hold at once and change no state; another address begins anew.
  void apply(const std::shared_ptr<const balance::Snapshot>& snapshot);
  /// One check more, unless one is under way; the schedule goes on.
  void checkNow(const TargetId& target);
  /// Keeps new requests away from the target for this long, whatever its checks say; they go on. Once more:
  /// the new time holds. Ends when the target is deregistered.
  void takeOut(const TargetId& target, Duration time);
  /// The target is again what its checks say.
  void putBack(const TargetId& target);
  /// No more checks.
  void stop();
  std::vector<TargetStatus> statuses() const;  ///< any thread

 private:
  struct Entry;
  void follow(const std::shared_ptr<const balance::GroupSnapshot>& group,
              const balance::TargetSnapshot& target, const std::string& loadBalancer);
  void begin(Entry& entry);
  void check(Entry& entry);
  void checkInTurn(Entry& entry);
  void onResult(Entry& entry, const ProbeResult& result, Duration latency);
  void drain(Entry& entry);
  void leave(Entry& entry);
  void endTakeOut(Entry& entry, const char* why);
  void enter(Entry& entry, const HealthState& state, observe::HealthEvent event);
  void endProbe(Entry& entry);
  void watchDraining();
  /// All, after entries came or went.
  void publish();
  void publish(const Entry& entry);

  net::EventLoop& loop_;
  observe::EventSink& sink_;
  const Jitter jitter_;
  std::map<TargetId, std::unique_ptr<Entry>> entries_;
  net::Timer drainTimer_;
  mutable std::mutex mutex_;
  std::vector<TargetStatus> published_;
};

}  // namespace spillway::health
