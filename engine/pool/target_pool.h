// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/balance/snapshot.h"
#include "engine/http/connection.h"
#include "engine/net/event_loop.h"
#include "engine/observe/connection_status.h"
#include "engine/observe/metrics.h"

namespace spillway::pool {

/// Who waits for a stream to a target. Exactly one of the two calls comes, unless cancel() comes first.
class StreamWaiter {
 public:
  virtual ~StreamWaiter() = default;
  virtual http::StreamHandler& streamHandler() = 0;
  /// `connection`: on which the stream is.
  virtual void onStream(http::HttpStream& stream, observe::ConnectionId connection) = 0;
  virtual void onNoStream(const Error& error) = 0;
};

/// One worker's connections to targets. A connection carries as many streams as its target allows; another
/// one is made only when all are full. Connections are shared only between equal peers
/// (TargetSnapshot::poolKey).
class TargetPool {
 public:
  /// Connections get ids from `firstId` on; `ended` hears of those that have ended.
  TargetPool(net::EventLoop& loop, observe::WorkerMetrics& metrics, observe::EndedConnections& ended,
             observe::ConnectionId firstId = 0);
  ~TargetPool();

  /// Gives `waiter` a stream: within this call where there is room, else when a connection is ready.
  void acquire(const balance::GroupSnapshot&, const balance::TargetSnapshot&, StreamWaiter& waiter);
  void cancel(StreamWaiter& waiter);
  /// Drains the connections to peers that the configuration names no more.
  void retain(const balance::Snapshot&);
  /// Drains connections without streams since `before`.
  void closeIdle(TimePoint before);
  /// Adds at most `most` of the connections to the list, and counts the others.
  void tell(observe::ConnectionList& list, std::size_t most) const;
  /// Ends the connection of this id: at once, or when its streams have ended.
  void endConnection(observe::ConnectionId id, bool atOnce, const Error& why);
  /// Ends all connections now.
  void closeAll(const Error& why);

 private:
  class Member;
  struct Peer {
    std::vector<std::unique_ptr<Member>> members;
    std::deque<StreamWaiter*> waiting;
    std::size_t connecting = 0;
    net::SocketAddress address;
    std::shared_ptr<const net::TlsContext> tls;
    std::string serverName;
    std::uint32_t responseHeadersBytes = 0;  ///< limit of one response's head
    observe::SlotSet slots;   ///< of the group and target that asked last: its new connections count there
    bool http1 = false;       ///< HTTP/1.1: one request at a time on each connection
    std::string text, group;  ///< of that target, for people
  };
  void connect(Peer& peer);
  void serve(Peer& peer);
  void remove(Peer& peer, Member& member, const Error& error);
  void countFailure(const observe::SlotSet& slots, const Error& error);

  net::EventLoop& loop_;
  observe::WorkerMetrics& metrics_;
  observe::EndedConnections& ended_;
  observe::ConnectionId lastId_;
  std::unordered_map<std::string, std::unique_ptr<Peer>> peers_;
};

}  // namespace spillway::pool
