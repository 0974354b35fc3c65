// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/metrics.h"

#include <array>
#include <atomic>
#include <initializer_list>
#include <mutex>

#include "engine/observe/part_counters.h"

namespace spillway::observe {
namespace {

/// What is counted, by slot. The owner makes each as it meets it; readers see either nothing or the whole,
/// for ever.
template <class Counts>
class SlotTable {
 public:
  ~SlotTable() {
    for (auto& chunk : chunks_)
      delete chunk.load();
  }
  /// Owner thread. Null for kNoSlot, and for slots beyond the table (65,536).
  Counts* get(Slot slot) {
    if (slot / kChunk >= chunks_.size()) return nullptr;
    auto& place = chunks_[slot / kChunk];
    Chunk* chunk = place.load(std::memory_order_relaxed);
    if (!chunk) place.store(chunk = new Chunk, std::memory_order_release);
    auto& part = chunk->parts[slot % kChunk];
    Counts* found = part.load(std::memory_order_relaxed);
    if (!found) part.store(found = new Counts, std::memory_order_release);
    return found;
  }
  const Counts* find(Slot slot) const {
    if (slot / kChunk >= chunks_.size()) return nullptr;
    const Chunk* chunk = chunks_[slot / kChunk].load(std::memory_order_acquire);
    return chunk ? chunk->parts[slot % kChunk].load(std::memory_order_acquire) : nullptr;
  }

 private:
  static constexpr std::size_t kChunk = 64;
  struct Chunk {
    std::array<std::atomic<Counts*>, kChunk> parts{};
    ~Chunk() {
      for (auto& part : parts)
        delete part.load();
    }
  };
  std::array<std::atomic<Chunk*>, 1024> chunks_{};
};

class Worker final : public WorkerMetrics {
 public:
  void streamStarted(const SlotSet& slots) override {
    each({slots.listener, slots.group}, [](PartCounters& part) { part.began.add(); });
  }
  void targetChosen(Slot target) override {
    if (PartCounters* part = parts.get(target)) part->began.add();
  }
  void targetLeft(Slot target) override {
    if (PartCounters* part = parts.get(target)) part->left.add();
  }
  void streamEnded(const StreamRecord& record, const SlotSet& slots) override {
    each({slots.listener, slots.group}, [&](PartCounters& part) {
      part.left.add();
      part.ended(record);
    });
    if (PartCounters* part = parts.get(slots.target)) part->ended(record);
    if (Counter* route = routes.get(slots.route)) route->add();
  }
  void clientConnectionOpened(Slot listener) override { count(Count::NewConnections, {listener}); }
  void clientConnectionClosed(Slot listener) override {
    each({listener}, [](PartCounters& part) { part.connectionsClosed.add(); });
  }
  void clientConnectionRejected(Slot listener) override { count(Count::RejectedConnections, {listener}); }
  void tlsNegotiationFailed(Slot listener) override { count(Count::TlsNegotiationErrors, {listener}); }
  void targetConnectionOpened(const SlotSet& slots) override {
    count(Count::NewTargetConnections, {slots.group, slots.target});
  }
  void targetConnectionClosed(const SlotSet& slots) override {
    each({slots.group, slots.target}, [](PartCounters& part) { part.targetConnectionsClosed.add(); });
  }
  void targetConnectionFailed(const SlotSet& slots) override {
    count(Count::TargetConnectionErrors, {slots.group, slots.target});
  }
  void targetTlsFailed(const SlotSet& slots) override {
    count(Count::TargetTlsErrors, {slots.group, slots.target});
  }

  PartCounters total;
  SlotTable<PartCounters> parts;
  SlotTable<Counter> routes;

 private:
  template <class Work>
  void each(std::initializer_list<Slot> slots, const Work& work) {
    work(total);
    for (const Slot slot : slots) {
      if (PartCounters* part = parts.get(slot)) work(*part);
    }
  }
  void count(Count what, std::initializer_list<Slot> slots) {
    each(slots, [what](PartCounters& part) { part.add(what); });
  }
};

/// The numbers that a reading tells of everything together.
void tellTotal(MetricsReading& reading) {
  const PartReading& total = reading.total;
  reading.httpStatus = total.httpStatus;
  reading.grpcStatus = total.grpcStatus;
  reading.grpcRequests = total.grpcRequests;
  reading.grpcWithoutStatus = total.grpcWithoutStatus;
  reading.newConnections = total.newConnections;
  reading.newTargetConnections = total.newTargetConnections;
  reading.activeConnections = total.activeConnections;
  reading.activeTargetConnections = total.activeTargetConnections;
  reading.tlsNegotiationErrors = total.tlsNegotiationErrors;
  reading.targetConnectionErrors = total.targetConnectionErrors;
  reading.requestMessages = total.requestMessages;
  reading.responseMessages = total.responseMessages;
}

}  // namespace

struct MetricsRegistry::Impl {
  mutable std::mutex mutex;
  Slot next = 0, nextRoute = 0;
  std::map<ListenerId, Slot> listeners;
  std::map<std::string, Slot> groups;
  std::map<TargetId, Slot> targets;
  std::map<RouteId, Slot> routes;
  std::vector<std::unique_ptr<Worker>> workers;

  template <class Key>
  Slot slotOf(std::map<Key, Slot>& slots, const Key& key, Slot& free) {
    const std::lock_guard lock(mutex);
    const auto [at, isNew] = slots.try_emplace(key, free);
    if (isNew) ++free;
    return at->second;
  }

  template <class Key>
  void sum(const std::map<Key, Slot>& slots, std::map<Key, PartReading>& readings) const {
    for (const auto& [key, slot] : slots) {
      PartReading& reading = readings[key];
      for (const auto& worker : workers) {
        if (const PartCounters* part = worker->parts.find(slot)) part->addTo(reading);
      }
    }
  }
};

MetricsRegistry::MetricsRegistry() : impl_(std::make_unique<Impl>()) {}
MetricsRegistry::~MetricsRegistry() = default;

Slot MetricsRegistry::listenerSlot(const ListenerId& id) {
  return impl_->slotOf(impl_->listeners, id, impl_->next);
}
Slot MetricsRegistry::groupSlot(const std::string& name) {
  return impl_->slotOf(impl_->groups, name, impl_->next);
}
Slot MetricsRegistry::targetSlot(const TargetId& id) {
  return impl_->slotOf(impl_->targets, id, impl_->next);
}
Slot MetricsRegistry::routeSlot(const RouteId& id) {
  return impl_->slotOf(impl_->routes, id, impl_->nextRoute);
}

WorkerMetrics& MetricsRegistry::addWorker() {
  const std::lock_guard lock(impl_->mutex);
  impl_->workers.push_back(std::make_unique<Worker>());
  return *impl_->workers.back();
}

MetricsReading MetricsRegistry::read() const {
  const std::lock_guard lock(impl_->mutex);
  MetricsReading reading;
  reading.time = SteadyClock::now();
  for (const auto& worker : impl_->workers)
    worker->total.addTo(reading.total);
  tellTotal(reading);
  impl_->sum(impl_->listeners, reading.listeners);
  for (const auto& [id, part] : reading.listeners)
    reading.loadBalancers[id.loadBalancer] += part;
  impl_->sum(impl_->groups, reading.groups);
  impl_->sum(impl_->targets, reading.targets);
  for (const auto& [id, slot] : impl_->routes) {
    std::uint64_t& requests = reading.routes[id];
    for (const auto& worker : impl_->workers) {
      if (const Counter* route = worker->routes.find(slot)) requests += route->get();
    }
  }
  return reading;
}

}  // namespace spillway::observe
