// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/health/health_monitor.h"

#include <set>

#include "engine/balance/slow_start.h"
#include "engine/health/probe.h"

namespace spillway::health {

using observe::HealthReason;
using observe::TargetState;

struct HealthMonitor::Entry {
  TargetId id;
  std::shared_ptr<const balance::GroupSnapshot> group;
  balance::TargetSnapshot target;
  HealthState health;
  TargetStatus status;
  std::unique_ptr<Probe> probe;
  net::Timer next;
  TimePoint drainUntil{};
};

HealthMonitor::HealthMonitor(net::EventLoop& loop, observe::EventSink& sink) : loop_(loop), sink_(sink) {}
HealthMonitor::~HealthMonitor() = default;

void HealthMonitor::apply(const std::shared_ptr<const balance::Snapshot>& snapshot) {
  std::set<TargetId> named;
  for (const auto& group : snapshot->groups) {
    for (const auto& target : group->targets) {
      named.insert(target.runtime->id);
      follow(group, target);
    }
  }
  for (auto& [id, entry] : entries_) {
    if (!named.contains(id) && entry->health.state != TargetState::Draining) drain(*entry);
  }
  watchDraining();
  publish();
}

void HealthMonitor::follow(const std::shared_ptr<const balance::GroupSnapshot>& group,
                           const balance::TargetSnapshot& target) {
  auto& entry = entries_[target.runtime->id];
  const bool isNew = !entry;
  if (isNew) entry = std::make_unique<Entry>();
  const bool wasUsed = !isNew && entry->group->inUse && entry->health.state != TargetState::Draining;
  const bool settingsChanged = !isNew && entry->group->settings.healthCheck != group->settings.healthCheck;
  const bool addressChanged = !isNew && !(entry->target.address == target.address);
  entry->id = target.runtime->id;
  entry->group = group;
  entry->target = target;
  entry->status.id = entry->id;
  if (isNew || wasUsed != group->inUse || addressChanged || entry->health.state == TargetState::Draining) {
    begin(*entry);
  } else if (settingsChanged && group->inUse) {
    check(*entry);
  }
}

void HealthMonitor::begin(Entry& entry) {
  entry.target.runtime->drainDeadline.store(0, std::memory_order_relaxed);
  entry.next.cancel();
  endProbe(entry);
  HealthState state;
  if (!entry.group->inUse) {
    state.state = TargetState::Unused;
    state.reason = HealthReason::NotInUse;
    state.description = describeReason(HealthReason::NotInUse, std::nullopt);
  }
  enter(entry, state, {});
  if (entry.group->inUse) check(entry);
}

void HealthMonitor::check(Entry& entry) {
  if (entry.probe) return;
  entry.next.cancel();
  const auto& settings = entry.group->settings;
  ProbeTarget target{entry.target.address, entry.group->probeTls, entry.target.serverName};
  if (settings.healthCheck.port) {
    const auto port = static_cast<std::uint16_t>(*settings.healthCheck.port);
    if (auto address = net::SocketAddress::parse(target.address.ip(), port)) target.address = *address;
  }
  entry.status.lastCheck = wallNow();
  entry.probe = std::make_unique<Probe>(
      loop_, settings, target,
      [this, &entry](const ProbeResult& result, Duration latency) { onResult(entry, result, latency); });
  schedule(entry);
}

/// The probe dies at the end of the turn; until then it may not report to an entry that may be gone.
void HealthMonitor::endProbe(Entry& entry) {
  if (entry.probe) entry.probe->abandon();
  loop_.retire(std::move(entry.probe));
}

void HealthMonitor::schedule(Entry& entry) {
  // Checks are independent of each other: a slow answer does not move the next start.
  const auto interval = std::chrono::seconds(entry.group->settings.healthCheck.intervalSeconds);
  entry.status.nextCheck = wallNow() + interval;
  entry.next = loop_.after(interval, [this, &entry] {
    endProbe(entry);
    check(entry);
  });
}

void HealthMonitor::onResult(Entry& entry, const ProbeResult& result, Duration latency) {
  endProbe(entry);
  const auto [next, changed] = step(entry.health, result, entry.group->settings.healthCheck);
  (void)changed;
  observe::HealthEvent event;
  event.isCheck = true;
  event.passed = result.passed();
  event.code = result.code;
  event.detail = result.detail;
  event.latencyMicros = std::chrono::duration_cast<std::chrono::microseconds>(latency).count();
  entry.status.lastCode = result.code;
  entry.status.lastLatencyMicros = event.latencyMicros;
  entry.status.detail = result.detail;
  enter(entry, next, std::move(event));
  publish();
}

void HealthMonitor::enter(Entry& entry, const HealthState& state, observe::HealthEvent event) {
  const TargetState previous = entry.health.state;
  const bool first = entry.status.since == WallTime{};
  entry.health = state;
  event.target = entry.id;
  event.time = wallNow();
  event.state = state.state;
  event.previous = previous;
  event.changed = first || state.state != previous;
  event.reason = state.reason;
  event.description = state.description;
  if (event.changed) {
    entry.status.since = event.time;
    if (state.state == TargetState::Healthy)
      balance::onBecameHealthy(*entry.group, *entry.target.runtime, loop_.now());
    entry.target.runtime->state.store(state.state, std::memory_order_relaxed);
    entry.group->runtime->healthEpoch.fetch_add(1, std::memory_order_release);
  }
  entry.status.state = state.state;
  entry.status.reason = state.reason;
  entry.status.description = state.description;
  entry.status.passedInARow = state.passedInARow;
  entry.status.failedInARow = state.failedInARow;
  observe::Event told{.kind = observe::EventKind::Health, .time = event.time};
  told.health = std::make_shared<const observe::HealthEvent>(std::move(event));
  sink_.emitKept(std::move(told));
}

void HealthMonitor::drain(Entry& entry) {
  entry.next.cancel();
  endProbe(entry);
  const bool wasUnused = entry.health.state == TargetState::Unused;
  const auto delay =
      std::chrono::seconds(wasUnused ? 0 : entry.group->settings.attributes.deregistrationDelaySeconds);
  entry.drainUntil = SteadyClock::now() + delay;
  entry.target.runtime->drainDeadline.store(entry.drainUntil.time_since_epoch().count(),
                                            std::memory_order_relaxed);
  entry.status.nextCheck = {};
  HealthState state;
  state.state = TargetState::Draining;
  state.reason = HealthReason::DeregistrationInProgress;
  state.description = describeReason(state.reason, std::nullopt);
  enter(entry, state, {});
}

void HealthMonitor::watchDraining() {
  drainTimer_.cancel();
  const TimePoint now = SteadyClock::now();
  bool any = false;
  for (auto it = entries_.begin(); it != entries_.end();) {
    Entry& entry = *it->second;
    if (entry.health.state != TargetState::Draining) {
      ++it;
    } else if (now >= entry.drainUntil) {
      it = entries_.erase(it);
    } else {
      entry.status.drainingLeftMs =
          std::chrono::duration_cast<std::chrono::milliseconds>(entry.drainUntil - now).count();
      any = true;
      ++it;
    }
  }
  if (!any) return;
  drainTimer_ = loop_.after(std::chrono::seconds(1), [this] {
    watchDraining();
    publish();
  });
}

void HealthMonitor::checkNow(const TargetId& target) {
  const auto at = entries_.find(target);
  if (at == entries_.end() || !at->second->group->inUse) return;
  if (at->second->health.state == TargetState::Draining) return;
  check(*at->second);
  publish();
}

void HealthMonitor::stop() {
  drainTimer_.cancel();
  for (auto& [id, entry] : entries_) {
    entry->next.cancel();
    endProbe(*entry);
  }
  entries_.clear();
}

void HealthMonitor::publish() {
  std::vector<TargetStatus> statuses;
  statuses.reserve(entries_.size());
  for (const auto& [id, entry] : entries_)
    statuses.push_back(entry->status);
  const std::lock_guard lock(mutex_);
  published_ = std::move(statuses);
}

std::vector<TargetStatus> HealthMonitor::statuses() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

}  // namespace spillway::health
