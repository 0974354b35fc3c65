// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/health/health_monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include "engine/balance/slow_start.h"
#include "engine/health/probe.h"
#include "engine/health/verdict.h"

namespace spillway::health {
namespace {

using observe::HealthReason;
using observe::TargetState;

constexpr double kSpread = 0.1;  ///< of the interval, to either side

HealthState stateFor(TargetState state, HealthReason reason) {
  HealthState result;
  result.state = state;
  result.reason = reason;
  result.description = describeReason(reason, std::nullopt);
  return result;
}

/// The first load balancer that forwards to the group; "" when none does.
std::string loadBalancerOf(const config::Document& document, const std::string& group) {
  for (const auto& balancer : document.loadBalancers) {
    for (const auto& listener : balancer.listeners) {
      if (config::forwardsTo(listener, group)) return balancer.name;
    }
  }
  return {};
}

net::SocketAddress checkedAddress(const balance::TargetSnapshot& target,
                                  const config::HealthCheck& settings) {
  if (!settings.port) return target.address;
  const auto other =
      net::SocketAddress::parse(target.address.ip(), static_cast<std::uint16_t>(*settings.port));
  return other.value_or(target.address);
}

}  // namespace

Jitter evenJitter() {
  return [engine = std::minstd_rand(std::random_device{}()),
          even = std::uniform_real_distribution<double>(-1.0, 1.0)]() mutable { return even(engine); };
}

struct HealthMonitor::Entry {
  TargetId id;
  std::shared_ptr<const balance::GroupSnapshot> group;
  balance::TargetSnapshot target;
  std::string loadBalancer;
  HealthState health;   ///< what the checks say
  TargetStatus status;  ///< what is told
  std::unique_ptr<Probe> probe;
  net::Timer next, back;  ///< the next check; the end of its time taken out
  TimePoint drainUntil{};
  std::size_t place = 0;  ///< of its status in what is published

  bool isDraining() const { return health.state == TargetState::Draining; }
  bool hasAddress() const { return target.address.family() != 0; }
  const config::HealthCheck& settings() const { return group->settings.healthCheck; }
  /// What the checks say, unless somebody took the target out of those that get requests.
  HealthState shown() const {
    const bool isOut =
        status.takenOutUntil != WallTime{} && !isDraining() && health.state != TargetState::Unused;
    return isOut ? stateFor(TargetState::Unhealthy, HealthReason::TakenOut) : health;
  }
};

HealthMonitor::HealthMonitor(net::EventLoop& loop, observe::EventSink& sink, Jitter jitter)
    : loop_(loop), sink_(sink), jitter_(std::move(jitter)) {}
HealthMonitor::~HealthMonitor() = default;

void HealthMonitor::apply(const std::shared_ptr<const balance::Snapshot>& snapshot) {
  std::set<TargetId> named;
  for (const auto& group : snapshot->groups) {
    const std::string loadBalancer = loadBalancerOf(snapshot->document, group->settings.name);
    for (const auto* targets : {&group->targets, &group->unresolved}) {
      for (const auto& target : *targets) {
        named.insert(target.runtime->id);
        follow(group, target, loadBalancer);
      }
    }
  }
  for (auto& [id, entry] : entries_) {
    if (!named.contains(id) && !entry->isDraining()) drain(*entry);
  }
  watchDraining();
  publish();
}

void HealthMonitor::follow(const std::shared_ptr<const balance::GroupSnapshot>& group,
                           const balance::TargetSnapshot& target, const std::string& loadBalancer) {
  auto& entry = entries_[target.runtime->id];
  const bool isNew = !entry;
  if (isNew) entry = std::make_unique<Entry>();
  const bool beginsAnew = isNew || entry->isDraining() || entry->group->inUse != group->inUse ||
                          !(entry->target.address == target.address);
  const bool otherChecks =
      !isNew && (entry->settings() != group->settings.healthCheck ||
                 entry->group->settings.protocolVersion != group->settings.protocolVersion);
  entry->id = entry->status.id = target.runtime->id;
  entry->group = group;
  entry->target = target;
  entry->loadBalancer = loadBalancer;
  if (beginsAnew) {
    begin(*entry);
  } else if (otherChecks && group->inUse && entry->hasAddress()) {
    // A check under way would be judged by settings that are gone.
    endProbe(*entry);
    checkInTurn(*entry);
  }
}

void HealthMonitor::begin(Entry& entry) {
  entry.target.runtime->drainDeadline.store(0, std::memory_order_relaxed);
  entry.next.cancel();
  endProbe(entry);
  entry.status.nextCheck = {};
  entry.status.drainingLeftMs = 0;
  entry.status.detail.clear();
  if (!entry.group->inUse) return enter(entry, stateFor(TargetState::Unused, HealthReason::NotInUse), {});
  if (entry.hasAddress()) {
    enter(entry, stateFor(TargetState::Initial, HealthReason::InitialHealthChecking), {});
    return checkInTurn(entry);
  }
  observe::HealthEvent event;
  event.detail = entry.status.detail = fmt::format("the name {} does not resolve", entry.id.address);
  enter(entry, stateFor(TargetState::Unhealthy, HealthReason::FailedHealthChecks), std::move(event));
}

/// A check of the schedule: one that is under way, because somebody asked for it, counts as this one.
void HealthMonitor::checkInTurn(Entry& entry) {
  check(entry);
  const auto interval = std::chrono::duration<double>(entry.settings().intervalSeconds);
  // No shorter than the timeout, so that a check is over before the next one begins.
  const auto wait =
      std::max<Duration>(std::chrono::duration_cast<Duration>(interval * (1 + kSpread * jitter_())),
                         std::chrono::seconds(entry.settings().timeoutSeconds));
  entry.status.nextCheck = wallNow() + std::chrono::duration_cast<WallTime::duration>(wait);
  entry.next = loop_.after(wait, [this, &entry] {
    checkInTurn(entry);
    publish(entry);
  });
}

void HealthMonitor::check(Entry& entry) {
  if (entry.probe) return;
  entry.status.lastCheck = wallNow();
  const ProbeTarget target{checkedAddress(entry.target, entry.settings()), entry.group->probeTls,
                           entry.target.serverName};
  entry.probe = std::make_unique<Probe>(
      loop_, entry.group->settings, target,
      [this, &entry](const ProbeResult& result, Duration latency) { onResult(entry, result, latency); });
}

/// The probe dies at the end of the turn; until then it may not report to an entry that may be gone.
void HealthMonitor::endProbe(Entry& entry) {
  if (entry.probe) entry.probe->abandon();
  loop_.retire(std::move(entry.probe));
}

void HealthMonitor::onResult(Entry& entry, const ProbeResult& result, Duration latency) {
  endProbe(entry);
  const HealthState next = step(entry.health, result, entry.settings()).first;
  observe::HealthEvent event;
  event.isCheck = true;
  event.passed = result.passed();
  event.code = result.code;
  event.detail = result.detail;
  event.logReason = result.logReason;
  event.latencyMicros = std::chrono::duration_cast<std::chrono::microseconds>(latency).count();
  entry.status.lastCode = result.code;
  entry.status.lastLatencyMicros = event.latencyMicros;
  entry.status.detail = result.detail;
  enter(entry, next, std::move(event));
  publish(entry);
}

/// `checked`: what the checks say.
void HealthMonitor::enter(Entry& entry, const HealthState& checked, observe::HealthEvent event) {
  const TargetState previous = entry.status.state;
  const bool first = entry.status.since == WallTime{};
  entry.health = checked;
  const HealthState state = entry.shown();
  const bool isOut = state.reason == HealthReason::TakenOut;
  event.target = entry.id;
  event.address =
      entry.hasAddress() ? checkedAddress(entry.target, entry.settings()).toString() : entry.target.text;
  event.loadBalancer = entry.loadBalancer;
  event.logType = checkLogType(entry.group->settings);
  event.time = wallNow();
  event.state = state.state;
  event.previous = previous;
  event.changed =
      first || state.state != previous || isOut != (entry.status.reason == HealthReason::TakenOut);
  event.reason = state.reason;
  event.description = state.description;
  if (event.changed) {
    entry.status.since = event.time;
    if (state.state == TargetState::Healthy)
      balance::onBecameHealthy(*entry.group, *entry.target.runtime, loop_.now());
    entry.target.runtime->state.store(state.state, std::memory_order_relaxed);
    entry.target.runtime->takenOut.store(isOut, std::memory_order_relaxed);
    entry.group->runtime->healthEpoch.fetch_add(1, std::memory_order_release);
  }
  entry.status.state = state.state;
  entry.status.reason = state.reason;
  entry.status.description = state.description;
  entry.status.passedInARow = checked.passedInARow;
  entry.status.failedInARow = checked.failedInARow;
  observe::Event told{.kind = observe::EventKind::Health, .time = event.time};
  told.health = std::make_shared<const observe::HealthEvent>(std::move(event));
  sink_.emitKept(std::move(told));
}

void HealthMonitor::drain(Entry& entry) {
  entry.next.cancel();
  entry.back.cancel();
  entry.status.takenOutUntil = {};
  endProbe(entry);
  entry.status.nextCheck = {};
  const bool wasUnused = entry.health.state == TargetState::Unused;
  const auto delay =
      std::chrono::seconds(wasUnused ? 0 : entry.group->settings.attributes.deregistrationDelaySeconds);
  entry.drainUntil = SteadyClock::now() + delay;
  entry.target.runtime->drainDeadline.store(entry.drainUntil.time_since_epoch().count(),
                                            std::memory_order_relaxed);
  enter(entry, stateFor(TargetState::Draining, HealthReason::DeregistrationInProgress), {});
}

/// The deregistration delay is over: the target is in no list any more.
void HealthMonitor::leave(Entry& entry) {
  enter(entry, stateFor(TargetState::Unused, HealthReason::NotRegistered), {});
}

void HealthMonitor::watchDraining() {
  drainTimer_.cancel();
  const TimePoint now = SteadyClock::now();
  Duration wait = std::chrono::seconds(1);  // the countdown's step
  bool any = false;
  for (auto it = entries_.begin(); it != entries_.end();) {
    Entry& entry = *it->second;
    const Duration left = entry.drainUntil - now;
    if (!entry.isDraining()) {
      ++it;
    } else if (left <= Duration::zero()) {
      leave(entry);
      it = entries_.erase(it);
    } else {
      entry.status.drainingLeftMs = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
      wait = std::min(wait, left);
      any = true;
      ++it;
    }
  }
  if (!any) return;
  drainTimer_ = loop_.after(wait, [this] {
    watchDraining();
    publish();
  });
}

void HealthMonitor::checkNow(const TargetId& target) {
  const auto at = entries_.find(target);
  if (at == entries_.end()) return;
  Entry& entry = *at->second;
  if (!entry.group->inUse || entry.isDraining() || !entry.hasAddress()) return;
  check(entry);
  publish(entry);
}

void HealthMonitor::takeOut(const TargetId& target, Duration time) {
  const auto at = entries_.find(target);
  if (at == entries_.end() || at->second->isDraining()) return;
  Entry& entry = *at->second;
  entry.status.takenOutUntil = wallNow() + std::chrono::duration_cast<WallTime::duration>(time);
  entry.back =
      loop_.after(time, [this, &entry] { endTakeOut(entry, "the time it was taken out for is over"); });
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  observe::HealthEvent event;
  event.detail =
      seconds % 60 == 0 ? fmt::format("for {} min", seconds / 60) : fmt::format("for {} s", seconds);
  enter(entry, entry.health, std::move(event));
  publish(entry);
}

void HealthMonitor::putBack(const TargetId& target) {
  const auto at = entries_.find(target);
  if (at != entries_.end() && at->second->status.takenOutUntil != WallTime{})
    endTakeOut(*at->second, "put back by you");
}

void HealthMonitor::endTakeOut(Entry& entry, const char* why) {
  entry.back.cancel();
  entry.status.takenOutUntil = {};
  observe::HealthEvent event;
  event.detail = why;
  enter(entry, entry.health, std::move(event));
  publish(entry);
}

void HealthMonitor::stop() {
  drainTimer_.cancel();
  for (auto& [id, entry] : entries_) {
    entry->next.cancel();
    entry->back.cancel();
    endProbe(*entry);
  }
  entries_.clear();
}

void HealthMonitor::publish() {
  std::vector<TargetStatus> statuses;
  statuses.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) {
    entry->place = statuses.size();
    statuses.push_back(entry->status);
  }
  const std::lock_guard lock(mutex_);
  published_ = std::move(statuses);
}

void HealthMonitor::publish(const Entry& entry) {
  const std::lock_guard lock(mutex_);
  published_[entry.place] = entry.status;
}

std::vector<TargetStatus> HealthMonitor::statuses() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

}  // namespace spillway::health
