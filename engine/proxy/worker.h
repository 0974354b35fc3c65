// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "engine/balance/selector.h"
#include "engine/balance/snapshot.h"
#include "engine/net/event_loop.h"
#include "engine/observe/event_bus.h"
#include "engine/observe/metrics.h"
#include "engine/pool/target_pool.h"
#include "engine/proxy/client_connection.h"
#include "engine/proxy/connection_board.h"
#include "engine/proxy/exchange.h"

namespace spillway::proxy {

/// Ids of streams and connections begin with their worker's number, counted from 1.
inline constexpr int kWorkerShift = 48;

/// One thread and all it owns: client connections, exchanges, the pool of target connections, counters.
/// Public functions: any thread (they post); the rest: the worker's own.
class Worker final : private ExchangeHost, private ClientConnectionHost {
 public:
  Worker(std::size_t index, observe::EventSink& sink, observe::WorkerMetrics& metrics, JwksCache& keys,
         const balance::CookieSealer& sealer);
  ~Worker() override;

  void apply(std::shared_ptr<const balance::Snapshot> snapshot);
  /// Takes over an accepted socket; closes it when no such listener runs here any more.
  void adopt(int fd, const net::SocketAddress& client, const net::SocketAddress& local,
             const ListenerId& listener, const std::shared_ptr<balance::ListenerRuntime>& runtime);
  /// Client connections here, for choosing the worker that gets the next one.
  std::size_t connections() const { return connectionCount_.load(std::memory_order_relaxed); }
  /// CPU time that this thread has used, up to a quarter of a second ago.
  std::uint64_t cpuMicros() const { return cpuMicros_.load(std::memory_order_relaxed); }
  /// The newest list of connections, at the most a second or so old while somebody asks.
  std::shared_ptr<const observe::ConnectionList> connectionList() { return board_.read(); }
  /// Ends a connection of this worker, of a client or to a target, at once or when its streams have ended;
  /// nothing happens when there is none.
  void endConnection(observe::ConnectionId id, bool atOnce);
  /// Lets everything end, resets what is left after `grace`, then ends the thread. join() waits for it.
  void stop(std::chrono::milliseconds grace);
  void join();

 private:
  StreamId nextStreamId() override { return ++lastStream_; }
  void onExchangeEnded(Exchange& exchange) override;
  http::StreamHandler& beginExchange(http::HttpStream&, const std::shared_ptr<const ConnectionFacts>&,
                                     const std::shared_ptr<const balance::ListenerSnapshot>&) override;
  void recordRefusal(observe::StreamRecord record, observe::Slot listener) override;
  void recordConnection(observe::ConnectionRecord record) override;
  void onClientTlsFailed(observe::Slot listener) override { metrics.tlsNegotiationFailed(listener); }
  void onClientConnectionClosed(ClientConnection& connection, const Error& why) override;

  void swap(const std::shared_ptr<const balance::Snapshot>& snapshot);
  std::shared_ptr<const balance::ListenerSnapshot> findListener(const ListenerId& id) const;
  void endNow(observe::ConnectionId id, bool atOnce);
  observe::ConnectionList tellConnections() const;
  void showConnections(TimePoint now);
  void sweep();
  void stopNow();
  void endIfIdle();

  net::EventLoop loop_;
  observe::EndedConnections ended_;  ///< goes after the pool, which tells it of ends
  pool::TargetPool pool_;
  balance::Selector selector_;
  /// Listeners of the present configuration, each behind a reference count of this worker's own.
  std::vector<std::shared_ptr<const balance::ListenerSnapshot>> listeners_;
  std::vector<std::unique_ptr<ClientConnection>> connections_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::atomic<std::size_t> connectionCount_{0};
  std::atomic<std::uint64_t> cpuMicros_{0};
  StreamId lastStream_;
  observe::ConnectionId lastConnection_;
  ConnectionBoard board_;
  net::Timer sweepTimer_, graceTimer_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace spillway::proxy
