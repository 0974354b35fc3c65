// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/event_bus.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/base/rate_budget.h"
#include "engine/base/spsc_ring.h"
#include "engine/observe/access_log.h"
#include "engine/observe/grpc_methods.h"
#include "engine/observe/log_files.h"

namespace spillway::observe {
namespace {

constexpr std::size_t kDetailRing = 8192;
constexpr std::size_t kKeptRing = 4096;
constexpr auto kRhythm = std::chrono::milliseconds(20);
/// So many records wake the recorder early: they are read, and their memory used again, while it is still in
/// the processor's caches.
constexpr std::uint32_t kBatch = 1024;

/// The recorder's alarm clock.
struct Alarm {
  std::condition_variable condition;
  std::atomic<bool> rings{false};
  void ring() {
    rings.store(true, std::memory_order_relaxed);
    condition.notify_one();
  }
};

/// What all readers together want.
struct Wants {
  /// The most that one of them wants.
  std::atomic<std::uint32_t> detailedPerSecond{0}, decisionsPerSecond{0}, capturesPerSecond{0};
};

/// A sink and its two rings. What must not be lost has a ring of its own, so that a flood of details cannot
/// push it out; what does not fit there waits with the producer.
class Sink final : public EventSink {
 public:
  Sink(const Wants& wants, Alarm& recorder) : wants_(wants), recorder_(recorder) {}
  bool wantsDetails(TimePoint now) override {
    const std::uint32_t most = wants_.detailedPerSecond.load(std::memory_order_relaxed);
    if (most == 0) return false;
    if (detailed_.take(now, most)) return true;
    summarized.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  bool wantsCapture(TimePoint now) override {
    const std::uint32_t most = wants_.capturesPerSecond.load(std::memory_order_relaxed);
    if (most == 0) return false;
    if (captures_.take(now, most)) return true;
    skipped.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  bool wantsDecision(TimePoint now) override {
    const std::uint32_t most = wants_.decisionsPerSecond.load(std::memory_order_relaxed);
    return most > 0 && decisions_.take(now, most);
  }
  void emit(Event&& event) override {
    if (!details.push(event)) dropped.fetch_add(1, std::memory_order_relaxed);
  }
  void emitKept(Event&& event) override {
    if (++unread_ % kBatch == 0) recorder_.ring();
    if (overflow_.empty() && kept.push(event)) return;
    overflow_.push_back(std::move(event));
    flush();
  }
  void flush() override {
    while (!overflow_.empty() && kept.push(overflow_.front()))
      overflow_.pop_front();
  }
  /// Its owner's thread, or when that has ended.
  bool hasOverflow() const { return !overflow_.empty(); }

  SpscRing<Event> details{kDetailRing};
  SpscRing<Event> kept{kKeptRing};
  std::atomic<std::uint64_t> dropped{0};                 ///< details
  std::atomic<std::uint64_t> skipped{0}, summarized{0};  ///< streams: not captured, without details

 private:
  const Wants& wants_;
  Alarm& recorder_;
  std::uint32_t unread_ = 0;  ///< records since the start; wraps
  RateBudget detailed_, decisions_, captures_;
  std::deque<Event> overflow_;
};

/// What a subscription and the recorder share.
struct Reader {
  explicit Reader(const SubscriptionOptions& wanted) : options(wanted), ring(wanted.capacity) {}
  const SubscriptionOptions options;
  SpscRing<Event> ring;
  std::atomic<std::uint64_t> droppedDetails{0}, droppedRecords{0};
};

/// The readers; outlives the bus as long as a subscription lives.
struct Readers {
  std::mutex mutex;
  std::vector<std::shared_ptr<Reader>> list;
  Wants wants;

  void add(const std::shared_ptr<Reader>& reader) {
    const std::lock_guard lock(mutex);
    list.push_back(reader);
    sumUp();
  }
  void remove(const std::shared_ptr<Reader>& reader) {
    const std::lock_guard lock(mutex);
    std::erase(list, reader);
    sumUp();
  }

 private:
  void sumUp() {
    std::uint32_t detailed = 0, decisions = 0, captures = 0;
    for (const auto& reader : list) {
      if (reader->options.details) detailed = std::max(detailed, reader->options.detailedPerSecond);
      captures = std::max(captures, reader->options.capturesPerSecond);
      decisions = std::max(decisions, reader->options.decisionsPerSecond);
    }
    wants.detailedPerSecond = detailed;
    wants.capturesPerSecond = captures;
    wants.decisionsPerSecond = decisions;
  }
};

class ReaderSubscription final : public Subscription {
 public:
  ReaderSubscription(std::shared_ptr<Readers> readers, std::shared_ptr<Reader> reader)
      : readers_(std::move(readers)), reader_(std::move(reader)) {}
  ~ReaderSubscription() override { readers_->remove(reader_); }
  std::size_t drain(std::vector<Event>& out, std::size_t max) override {
    std::size_t count = 0;
    for (Event event; count < max && reader_->ring.pop(event); ++count)
      out.push_back(std::move(event));
    return count;
  }
  Dropped dropped() const override {
    return {reader_->droppedDetails.load(), reader_->droppedRecords.load()};
  }

 private:
  std::shared_ptr<Readers> readers_;
  std::shared_ptr<Reader> reader_;
};

bool isKept(EventKind kind) {
  return kind == EventKind::StreamEnded || kind == EventKind::Connection || kind == EventKind::Health ||
         kind == EventKind::ConfigApplied || kind == EventKind::ConfigRefused;
}

}  // namespace

struct EventBus::Impl {
  std::shared_ptr<Readers> readers = std::make_shared<Readers>();
  LogFiles logs;
  std::mutex logMutex;  ///< held while its file is written; never together with `mutex`
  std::optional<AccessLog> log;
  mutable std::mutex mutex;  ///< sinks, the numbers below
  Alarm wake;
  std::condition_variable passed;
  std::vector<std::unique_ptr<Sink>> sinks;
  std::uint64_t passesWanted = 0, passesDone = 0;
  bool stopping = false;
  GrpcMethods methods;
  std::thread recorder;

  void run();
  std::uint64_t sum(std::atomic<std::uint64_t> Sink::*count) const;
  enum class Write { IfDue, Now };
  void pass(const std::vector<Sink*>& all);
  void record(const std::vector<Event>& events);
  void writeLogs(Write when);
  static void collect(Sink& sink, std::vector<Event>& out);
  static void tell(const Event& event, const std::vector<std::shared_ptr<Reader>>& to);
};

EventBus::EventBus() : impl_(std::make_unique<Impl>()) {
  impl_->recorder = std::thread([this] { impl_->run(); });
}

EventBus::~EventBus() {
  finish();
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.ring();
  impl_->recorder.join();
}

EventSink& EventBus::addSink() {
  const std::lock_guard lock(impl_->mutex);
  impl_->sinks.push_back(std::make_unique<Sink>(impl_->readers->wants, impl_->wake));
  return *impl_->sinks.back();
}

std::unique_ptr<Subscription> EventBus::subscribe(const SubscriptionOptions& options) {
  auto reader = std::make_shared<Reader>(options);
  impl_->readers->add(reader);
  return std::make_unique<ReaderSubscription>(impl_->readers, std::move(reader));
}

Result<void> EventBus::writeAccessLog(const std::string& file) {
  std::optional<AccessLog> next;
  if (!file.empty()) {
    auto opened = AccessLog::open(file);
    if (!opened) return failure(opened.error());
    next = std::move(*opened);
  }
  const std::lock_guard lock(impl_->logMutex);
  impl_->log = std::move(next);
  return {};
}

void EventBus::configureLogs(std::vector<LogTarget> targets) {
  impl_->logs.configure(std::move(targets));
}

std::vector<LogStatus> EventBus::logStatuses() const {
  return impl_->logs.statuses();
}

void EventBus::flush() {
  std::unique_lock lock(impl_->mutex);
  const std::uint64_t wanted = ++impl_->passesWanted;
  impl_->wake.ring();
  impl_->passed.wait(lock, [&] { return impl_->passesDone >= wanted || impl_->stopping; });
}

void EventBus::finish() {
  const auto hasMore = [this] {
    const std::lock_guard lock(impl_->mutex);
    bool more = false;
    for (const auto& sink : impl_->sinks) {
      sink->flush();
      more = more || sink->hasOverflow();
    }
    return more;
  };
  while (hasMore())
    flush();
  flush();
}

std::uint64_t EventBus::Impl::sum(std::atomic<std::uint64_t> Sink::*count) const {
  const std::lock_guard lock(mutex);
  std::uint64_t sum = 0;
  for (const auto& sink : sinks)
    sum += (*sink.*count).load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t EventBus::droppedDetails() const {
  return impl_->sum(&Sink::dropped);
}

std::uint64_t EventBus::summarizedStreams() const {
  return impl_->sum(&Sink::summarized);
}

std::uint64_t EventBus::skippedCaptures() const {
  return impl_->sum(&Sink::skipped);
}

std::map<MethodId, PartReading> EventBus::grpcMethods() const {
  return impl_->methods.read();
}

void EventBus::Impl::run() {
  std::unique_lock lock(mutex);
  for (bool last = false; !last;) {
    wake.condition.wait_for(lock, kRhythm,
                            [&] { return stopping || passesWanted > passesDone || wake.rings; });
    wake.rings = false;
    last = stopping;
    const std::uint64_t serves = passesWanted;
    std::vector<Sink*> all;
    for (const auto& sink : sinks)
      all.push_back(sink.get());
    const bool isAsked = serves > passesDone || last;
    lock.unlock();
    logs.takeConfiguration();
    pass(all);
    writeLogs(isAsked ? Write::Now : Write::IfDue);
    if (last) logs.finish();
    lock.lock();
    passesDone = serves;
    passed.notify_all();
  }
}

void EventBus::Impl::record(const std::vector<Event>& events) {
  const WallTime now = wallNow();
  for (const Event& event : events)
    logs.record(event, now);
  const std::lock_guard lock(logMutex);
  if (!log) return;
  for (const Event& event : events) {
    if (event.record) log->append(*event.record);
  }
}

void EventBus::Impl::writeLogs(Write when) {
  logs.tick(wallNow());
  if (when == Write::Now) logs.write();
  const std::lock_guard lock(logMutex);
  if (!log) return;
  if (when == Write::Now) return log->write();
  log->writeIfDue(SteadyClock::now());
}

void EventBus::Impl::collect(Sink& sink, std::vector<Event>& out) {
  // Where the kept ring ends is read first: the details of every stream that ended before that point are in
  // the detail ring then, so a stream's end never overtakes its details.
  const std::size_t keptEnd = sink.kept.end();
  const std::size_t detailsEnd = sink.details.end();
  Event event;
  while (sink.details.popBefore(detailsEnd, event))
    out.push_back(std::move(event));
  while (sink.kept.popBefore(keptEnd, event))
    out.push_back(std::move(event));
}

void EventBus::Impl::pass(const std::vector<Sink*>& all) {
  std::vector<std::shared_ptr<Reader>> to;
  {
    const std::lock_guard lock(readers->mutex);
    to = readers->list;
  }
  std::vector<Event> events;
  for (Sink* sink : all)
    collect(*sink, events);
  // What one worker tells is nearly always in order.
  const auto isEarlier = [](const Event& a, const Event& b) { return a.time < b.time; };
  if (!std::ranges::is_sorted(events, isEarlier)) std::ranges::stable_sort(events, isEarlier);
  for (const Event& event : events) {
    if (event.record) methods.count(*event.record);
    tell(event, to);
  }
  record(events);
}

void EventBus::Impl::tell(const Event& event, const std::vector<std::shared_ptr<Reader>>& to) {
  const bool kept = isKept(event.kind);
  for (const auto& reader : to) {
    const bool isCapture = event.kind == EventKind::Captured;
    if (!kept && !(isCapture ? reader->options.capturesPerSecond > 0 : reader->options.details)) continue;
    Event copy = event;
    // Details fill half of the queue at the most: a flood of them leaves room for records.
    if (kept ? reader->ring.push(copy) : reader->ring.pushBelow(reader->options.capacity / 2, copy)) continue;
    (kept ? reader->droppedRecords : reader->droppedDetails).fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace spillway::observe
