// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/metrics.h"

#include <array>
#include <atomic>
#include <mutex>

#include "engine/observe/histogram.h"

namespace spillway::observe {
namespace {

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

/// Counts of one listener, group or target in one worker.
struct Part {
  Counter requests, errors, began, left, receivedBytes, sentBytes;
  std::array<Counter, kHistogramBuckets> duration;

  void ended(const StreamRecord& record, bool isError) {
    requests.add();
    if (isError) errors.add();
    receivedBytes.add(record.receivedBytes);
    sentBytes.add(record.sentBytes);
    duration[histogramBucket(static_cast<std::uint64_t>(std::max<std::int64_t>(record.durationMicros, 0)))]
        .add();
  }

  void addTo(PartReading& reading) const {
    reading.requests += requests.get();
    reading.errors += errors.get();
    reading.activeStreams += static_cast<std::int64_t>(began.get() - left.get());
    reading.receivedBytes += receivedBytes.get();
    reading.sentBytes += sentBytes.get();
    reading.duration.buckets.resize(kHistogramBuckets);
    for (std::size_t i = 0; i < kHistogramBuckets; ++i) {
      const std::uint64_t count = duration[i].get();
      reading.duration.buckets[i] += count;
      reading.duration.count += count;
    }
  }
};

/// Parts by slot. The owner makes them as it meets them; readers see either nothing or a whole part, for
/// ever.
class PartTable {
 public:
  ~PartTable() {
    for (auto& chunk : chunks_)
      delete chunk.load();
  }
  /// Owner thread. Null for kNoSlot, and for slots beyond the table (65,536).
  Part* get(Slot slot) {
    if (slot / kChunk >= chunks_.size()) return nullptr;
    auto& place = chunks_[slot / kChunk];
    Chunk* chunk = place.load(std::memory_order_relaxed);
    if (!chunk) place.store(chunk = new Chunk, std::memory_order_release);
    auto& part = chunk->parts[slot % kChunk];
    Part* found = part.load(std::memory_order_relaxed);
    if (!found) part.store(found = new Part, std::memory_order_release);
    return found;
  }
  const Part* find(Slot slot) const {
    if (slot / kChunk >= chunks_.size()) return nullptr;
    const Chunk* chunk = chunks_[slot / kChunk].load(std::memory_order_acquire);
    return chunk ? chunk->parts[slot % kChunk].load(std::memory_order_acquire) : nullptr;
  }

 private:
  static constexpr std::size_t kChunk = 64;
  struct Chunk {
    std::array<std::atomic<Part*>, kChunk> parts{};
    ~Chunk() {
      for (auto& part : parts)
        delete part.load();
    }
  };
  std::array<std::atomic<Chunk*>, 1024> chunks_{};
};

constexpr std::size_t kGrpcCodes = 100;

class Worker final : public WorkerMetrics {
 public:
  void streamStarted(const SlotSet& slots) override {
    total.began.add();
    for (const Slot slot : {slots.listener, slots.group}) {
      if (Part* part = parts.get(slot)) part->began.add();
    }
  }
  void targetChosen(Slot target) override {
    if (Part* part = parts.get(target)) part->began.add();
  }
  void targetLeft(Slot target) override {
    if (Part* part = parts.get(target)) part->left.add();
  }
  void streamEnded(const StreamRecord& record, const SlotSet& slots) override;
  void clientConnectionOpened() override { clientsOpened.add(); }
  void clientConnectionClosed() override { clientsClosed.add(); }
  void targetConnectionOpened() override { targetsOpened.add(); }
  void targetConnectionClosed() override { targetsClosed.add(); }
  void tlsNegotiationFailed() override { tlsFailures.add(); }
  void targetConnectionFailed() override { targetFailures.add(); }
  void addTo(MetricsReading& reading) const;

  PartTable parts;

 private:
  Part total;
  std::array<std::array<Counter, 2>, 600> http{};
  std::array<Counter, kGrpcCodes> grpc{};
  Counter grpcRequests, grpcWithoutStatus, requestMessages, responseMessages;
  Counter clientsOpened, clientsClosed, targetsOpened, targetsClosed, tlsFailures, targetFailures;
};

void Worker::streamEnded(const StreamRecord& record, const SlotSet& slots) {
  const bool isGrpc = record.head && record.head->isGrpc;
  const bool isError = record.elbStatus >= 500 || (isGrpc && record.grpcStatus.value_or(1) != 0);
  total.left.add();
  total.ended(record, isError);
  for (const Slot slot : {slots.listener, slots.group}) {
    if (Part* part = parts.get(slot)) {
      part->left.add();
      part->ended(record, isError);
    }
  }
  if (Part* part = parts.get(slots.target)) part->ended(record, isError);
  const auto status = static_cast<std::size_t>(record.elbStatus);
  if (status < http.size()) http[status][record.fromBalancer ? 1 : 0].add();
  if (isGrpc) {
    grpcRequests.add();
    if (record.grpcStatus) {
      grpc[std::min<std::size_t>(*record.grpcStatus, kGrpcCodes - 1)].add();
    } else {
      grpcWithoutStatus.add();
    }
  }
  requestMessages.add(record.requestMessages);
  responseMessages.add(record.responseMessages);
}

void Worker::addTo(MetricsReading& reading) const {
  total.addTo(reading.total);
  for (std::size_t status = 0; status < http.size(); ++status) {
    for (const bool fromBalancer : {false, true}) {
      const std::uint64_t count = http[status][fromBalancer ? 1 : 0].get();
      if (count) reading.httpStatus[{static_cast<int>(status), fromBalancer}] += count;
    }
  }
  for (std::size_t code = 0; code < grpc.size(); ++code) {
    if (const std::uint64_t count = grpc[code].get())
      reading.grpcStatus[static_cast<std::uint32_t>(code)] += count;
  }
  reading.grpcRequests += grpcRequests.get();
  reading.grpcWithoutStatus += grpcWithoutStatus.get();
  reading.requestMessages += requestMessages.get();
  reading.responseMessages += responseMessages.get();
  reading.newConnections += clientsOpened.get();
  reading.activeConnections += static_cast<std::int64_t>(clientsOpened.get() - clientsClosed.get());
  reading.newTargetConnections += targetsOpened.get();
  reading.activeTargetConnections += static_cast<std::int64_t>(targetsOpened.get() - targetsClosed.get());
  reading.tlsNegotiationErrors += tlsFailures.get();
  reading.targetConnectionErrors += targetFailures.get();
}

}  // namespace

struct MetricsRegistry::Impl {
  mutable std::mutex mutex;
  Slot next = 0;
  std::map<ListenerId, Slot> listeners;
  std::map<std::string, Slot> groups;
  std::map<TargetId, Slot> targets;
  std::vector<std::unique_ptr<Worker>> workers;

  template <class Key>
  Slot slotOf(std::map<Key, Slot>& slots, const Key& key) {
    const std::lock_guard lock(mutex);
    const auto [at, isNew] = slots.try_emplace(key, next);
    if (isNew) ++next;
    return at->second;
  }

  template <class Key>
  void sum(const std::map<Key, Slot>& slots, std::map<Key, PartReading>& readings) const {
    for (const auto& [key, slot] : slots) {
      PartReading& reading = readings[key];
      for (const auto& worker : workers) {
        if (const Part* part = worker->parts.find(slot)) part->addTo(reading);
      }
    }
  }
};

MetricsRegistry::MetricsRegistry() : impl_(std::make_unique<Impl>()) {}
MetricsRegistry::~MetricsRegistry() = default;

Slot MetricsRegistry::listenerSlot(const ListenerId& id) {
  return impl_->slotOf(impl_->listeners, id);
}
Slot MetricsRegistry::groupSlot(const std::string& name) {
  return impl_->slotOf(impl_->groups, name);
}
Slot MetricsRegistry::targetSlot(const TargetId& id) {
  return impl_->slotOf(impl_->targets, id);
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
    worker->addTo(reading);
  impl_->sum(impl_->listeners, reading.listeners);
  impl_->sum(impl_->groups, reading.groups);
  impl_->sum(impl_->targets, reading.targets);
  return reading;
}

}  // namespace spillway::observe
