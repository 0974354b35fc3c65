// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/worker.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "engine/proxy/trace_id.h"

namespace spillway::proxy {
namespace {

constexpr auto kSweep = std::chrono::milliseconds(250);
/// Tells ids of connections to targets from those of clients'.
constexpr observe::ConnectionId kTargetSide = observe::ConnectionId{1} << 47;
/// Connections that are told: a thousand of each are more than anybody reads, and take a few milliseconds.
constexpr std::size_t kMostTold = 1000;

std::uint64_t firstId(std::size_t worker) {
  return (static_cast<std::uint64_t>(worker) + 1) << kWorkerShift;
}

/// What the calling thread has used.
std::uint64_t threadCpuMicros() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(used.tv_nsec) / 1000;
}

/// Takes an element out of a list whose elements know their place.
template <class T>
std::unique_ptr<T> takeOut(std::vector<std::unique_ptr<T>>& list, T& element) {
  const std::size_t index = element.listIndex;
  auto taken = std::move(list[index]);
  if (index + 1 != list.size()) {
    list[index] = std::move(list.back());
    list[index]->listIndex = index;
  }
  list.pop_back();
  return taken;
}

template <class T>
T& putIn(std::vector<std::unique_ptr<T>>& list, std::unique_ptr<T> element) {
  element->listIndex = list.size();
  list.push_back(std::move(element));
  return *list.back();
}

}  // namespace

Worker::Worker(std::size_t index, observe::EventSink& sinkOfThis, observe::WorkerMetrics& metricsOfThis,
               JwksCache& keysOfAll, const balance::CookieSealer& sealerOfAll)
    : ExchangeHost(loop_, pool_, selector_, sinkOfThis, metricsOfThis, keysOfAll, sealerOfAll),
      pool_(loop_, metricsOfThis, ended_, firstId(index) | kTargetSide),
      lastStream_(firstId(index)),
      lastConnection_(firstId(index)) {
  thread_ = std::thread([this] {
    sweep();
    loop_.run();
    cpuMicros_.store(threadCpuMicros(), std::memory_order_relaxed);
  });
}

Worker::~Worker() {
  if (thread_.joinable()) {
    stop(std::chrono::milliseconds(0));
    join();
  }
}

void Worker::apply(std::shared_ptr<const balance::Snapshot> snapshot) {
  loop_.post([this, snapshot = std::move(snapshot)] { swap(snapshot); });
}

void Worker::swap(const std::shared_ptr<const balance::Snapshot>& snapshot) {
  listeners_.clear();
  for (const auto& listener : snapshot->listeners) {
    // A count of our own: workers do not share the cache line of one reference count.
    listeners_.emplace_back(listener.get(), [keep = listener](const balance::ListenerSnapshot*) {});
  }
  selector_.forget();
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (auto listener = findListener(connections_[i]->listener().id)) {
      connections_[i]->setListener(std::move(listener));
    } else {
      connections_[i]->beginDrain("The listener is gone.");
    }
  }
  pool_.retain(*snapshot);
}

std::shared_ptr<const balance::ListenerSnapshot> Worker::findListener(const ListenerId& id) const {
  for (const auto& listener : listeners_) {
    if (listener->id == id) return listener;
  }
  return nullptr;
}

void Worker::adopt(int fd, const net::SocketAddress& client, const net::SocketAddress& local,
                   const ListenerId& listenerId, const std::shared_ptr<balance::ListenerRuntime>& runtime) {
  connectionCount_.fetch_add(1, std::memory_order_relaxed);
  loop_.post([this, fd, client, local, listenerId, counted = countedConnection(runtime)] {
    auto listener = findListener(listenerId);
    if (!listener || stopping_) {
      connectionCount_.fetch_sub(1, std::memory_order_relaxed);
      ::close(fd);
      return;
    }
    ConnectionFacts facts;
    facts.id = ++lastConnection_;
    facts.client = client.toString();
    facts.clientIp = client.ip();
    facts.clientAddress = client;
    facts.listenerAddress = local.toString();
    facts.listenerIp = local.ip();
    facts.listenerPort = local.port();
    facts.hasTls = listener->tls != nullptr;
    facts.traceId = newConnectionTraceId();
    metrics.clientConnectionOpened(listener->runtime->slot);
    auto transport = net::Transport::accepted(loop_, fd, listener->tls);
    putIn(connections_, std::make_unique<ClientConnection>(static_cast<ClientConnectionHost&>(*this), loop_,
                                                           std::move(transport), std::move(facts),
                                                           std::move(listener), counted))
        .start();
  });
}

http::StreamHandler& Worker::beginExchange(http::HttpStream& stream,
                                           const std::shared_ptr<const ConnectionFacts>& facts,
                                           const std::shared_ptr<const balance::ListenerSnapshot>& listener) {
  return putIn(exchanges_,
               std::make_unique<Exchange>(static_cast<ExchangeHost&>(*this), stream, facts, listener))
      .clientSide();
}

void Worker::onExchangeEnded(Exchange& exchange) {
  loop_.retire(takeOut(exchanges_, exchange));
  endIfIdle();
}

void Worker::recordRefusal(observe::StreamRecord record, observe::Slot listener) {
  const observe::SlotSet slots{.listener = listener};
  auto head = std::make_shared<observe::StreamHead>(*record.head);
  head->id = nextStreamId();
  record.head = std::move(head);
  metrics.streamStarted(slots);
  metrics.streamEnded(record, slots);
  observe::Event event{
      .kind = observe::EventKind::StreamEnded, .stream = record.head->id, .time = record.ended};
  event.record = std::make_shared<const observe::StreamRecord>(std::move(record));
  sink.emitKept(std::move(event));
}

void Worker::recordConnection(observe::ConnectionRecord record) {
  observe::Event event{.kind = observe::EventKind::Connection, .time = record.established};
  event.connection = std::make_shared<const observe::ConnectionRecord>(std::move(record));
  sink.emitKept(std::move(event));
}

void Worker::onClientConnectionClosed(ClientConnection& connection, const Error& why) {
  ended_.add(connection.lastStatus(why));
  metrics.clientConnectionClosed(connection.listener().runtime->slot);
  loop_.retire(takeOut(connections_, connection));
  connectionCount_.fetch_sub(1, std::memory_order_relaxed);
  endIfIdle();
}

void Worker::endConnection(observe::ConnectionId id, bool atOnce) {
  loop_.post([this, id, atOnce] { endNow(id, atOnce); });
}

void Worker::endNow(observe::ConnectionId id, bool atOnce) {
  const Error why{ErrorCode::Drained, Side::Balancer, "Ended by hand."};
  if (id & kTargetSide) return pool_.endConnection(id, atOnce, why);
  for (auto& connection : connections_) {
    if (connection->id() != id) continue;
    // Both may take it off the list.
    if (atOnce) return connection->end(why);
    return connection->beginDrain(why.detail);
  }
}

observe::ConnectionList Worker::tellConnections() const {
  observe::ConnectionList list{.isTold = true};
  const std::size_t told = std::min(connections_.size(), kMostTold);
  for (std::size_t i = 0; i < told; ++i)
    list.connections.push_back(std::make_shared<const observe::ConnectionStatus>(connections_[i]->status()));
  list.untold = connections_.size() - told;
  pool_.tell(list, kMostTold);
  list.connections.insert(list.connections.end(), ended_.all().rbegin(), ended_.all().rend());
  return list;
}

void Worker::showConnections(TimePoint now) {
  if (board_.isWanted(now)) return board_.show(tellConnections(), now);
  board_.forgetUnread(now);
}

void Worker::sweep() {
  const TimePoint now = loop_.now();
  for (std::size_t i = exchanges_.size(); i-- > 0;) {
    if (i < exchanges_.size()) exchanges_[i]->checkDeadlines(now);
  }
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (i < connections_.size()) connections_[i]->closeIfIdle(now);
  }
  // Targets' connections idle as long as the shortest listener allows; 60 s is ALB's default.
  std::uint32_t idleSeconds = 60;
  for (const auto& listener : listeners_)
    idleSeconds = std::min(idleSeconds, listener->attributes.idleTimeoutSeconds);
  pool_.closeIdle(now - std::chrono::seconds(idleSeconds));
  showConnections(now);
  sink.flush();
  cpuMicros_.store(threadCpuMicros(), std::memory_order_relaxed);
  sweepTimer_ = loop_.after(kSweep, [this] { sweep(); });
}

void Worker::stop(std::chrono::milliseconds grace) {
  loop_.post([this, grace] {
    stopping_ = true;
    graceTimer_ = loop_.after(grace, [this] { stopNow(); });
    for (std::size_t i = connections_.size(); i-- > 0;) {
      if (i < connections_.size()) connections_[i]->beginDrain("The balancer stops.");
    }
    endIfIdle();
  });
}

void Worker::endIfIdle() {
  if (stopping_ && connections_.empty() && exchanges_.empty()) stopNow();
}

void Worker::stopNow() {
  if (!stopping_) return;
  stopping_ = false;
  const Error why{ErrorCode::Drained, Side::Balancer, "The balancer stopped."};
  for (auto& connection : std::exchange(connections_, {})) {
    connection->close(why);
    metrics.clientConnectionClosed(connection->listener().runtime->slot);
    loop_.retire(std::move(connection));
  }
  pool_.closeAll(why);
  sweepTimer_.cancel();
  graceTimer_.cancel();
  sink.flush();
  loop_.stop();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace spillway::proxy
