// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/balance/snapshot.h"
#include "engine/http/http1_connection.h"
#include "engine/http/http2_connection.h"
#include "engine/net/transport.h"
#include "engine/proxy/connection_facts.h"
#include "engine/proxy/exchange.h"

namespace spillway::proxy {

class ClientConnection;

/// What a worker does for its client connections.
class ClientConnectionHost {
 public:
  virtual ~ClientConnectionHost() = default;
  virtual http::StreamHandler& beginExchange(http::HttpStream&, const std::shared_ptr<const ConnectionFacts>&,
                                             const std::shared_ptr<const balance::ListenerSnapshot>&) = 0;
  /// An exchange that never was one: a request refused before there were streams.
  virtual void recordRefusal(observe::StreamRecord record, observe::Slot listener) = 0;
  /// A connection was established, or failed to be.
  virtual void recordConnection(observe::ConnectionRecord record) = 0;
  virtual void onClientTlsFailed(observe::Slot listener) = 0;
  /// Over, and why: take it off the list and retire it.
  virtual void onClientConnectionClosed(ClientConnection&, const Error& why) = 0;
};

/// A connection that its listener has counted; counts it off again when the last copy goes.
using ConnectionCount = std::shared_ptr<balance::ListenerRuntime>;
ConnectionCount countedConnection(const std::shared_ptr<balance::ListenerRuntime>& runtime);

/// A client's connection: finds out which protocol it speaks, then lets that protocol's connection run it.
/// Worker thread only.
class ClientConnection final : public net::Retirable,
                               private net::TransportListener,
                               private http::Http1Owner {
 public:
  ClientConnection(ClientConnectionHost& host, net::EventLoop& loop,
                   std::unique_ptr<net::Transport> transport, ConnectionFacts facts,
                   std::shared_ptr<const balance::ListenerSnapshot> listener, ConnectionCount counted);
  void start();
  const balance::ListenerSnapshot& listener() const { return *listener_; }
  /// A new configuration: requests to come follow it.
  void setListener(std::shared_ptr<const balance::ListenerSnapshot> listener) {
    listener_ = std::move(listener);
  }
  observe::ConnectionId id() const { return facts_->id; }
  observe::ConnectionStatus status() const;
  /// As it was, with who ended it.
  observe::ConnectionStatus lastStatus(const Error& why) const;
  /// `why`: what it comes from, in words.
  void beginDrain(std::string why);
  void close(const Error& why);
  /// Closes it at once; its host hears of it.
  void end(const Error& why);
  void closeIfIdle(TimePoint now);

  std::size_t listIndex = 0;  ///< the worker's place for it

 private:
  void onReady() override;
  void onBytes(const ByteChunk& chunk) override;
  void onDrained() override {}
  void onClosed(const Error& error) override;
  http::StreamHandler* onStream(http::HttpStream& stream) override;
  void onReady(http::HttpConnection&) override {}
  void onRoom(http::HttpConnection&) override {}
  void onConnectionClosed(http::HttpConnection&, const Error& why) override {
    host_.onClientConnectionClosed(*this, why);
  }
  http::Http2Connection& startHttp2();
  void startHttp1();
  template <class Connection>
  void takeEarlyBytes(Connection& connection);
  void onBadRequest(http::Http1Connection& connection, const http::Http1Refusal& refusal) override;
  void tellConnection(const net::TlsFacts& tls);
  bool endIfHeadIsSlow(TimePoint now);

  ClientConnectionHost& host_;
  net::EventLoop& loop_;
  std::unique_ptr<net::Transport> transport_;       ///< until the protocol is known
  std::unique_ptr<http::HttpConnection> protocol_;  ///< from then on
  http::Http1Connection* http1_ = nullptr;          ///< protocol_ again, when it is this one
  std::shared_ptr<const ConnectionFacts> facts_;
  std::shared_ptr<const balance::ListenerSnapshot> listener_;
  std::string early_;  ///< first bytes of a client whose protocol is not known yet
  ConnectionCount counted_;
  TimePoint opened_, earlySince_{};
  const WallTime openedWall_ = wallNow();
  std::string drainReason_;  ///< why we let it end; empty: we do not
  std::uint64_t requests_ = 0;
  bool ready_ = false;
  bool isHttp2_ = false;
};

}  // namespace spillway::proxy
