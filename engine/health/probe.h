// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "engine/config/model.h"
#include "engine/health/health_state.h"
#include "engine/http/http2_connection.h"
#include "engine/net/event_loop.h"
#include "engine/net/socket_address.h"

namespace spillway::health {

/// What a check goes to.
struct ProbeTarget {
  net::SocketAddress address;
  std::shared_ptr<const net::TlsContext> tls;  ///< null: cleartext
  std::string serverName;
};

/// One health check over a connection of its own, as ALB makes it (alb-behaviour §4.3): for GRPC groups a
/// POST with an empty message, judged by grpc-status; for HTTP2 groups a GET, judged by the HTTP status.
/// Reports once, then is to be retired. Destroying it cancels. Loop thread only.
class Probe final : public net::Retirable, private http::ConnectionOwner, private http::StreamHandler {
 public:
  using Done = std::function<void(const ProbeResult& result, Duration latency)>;
  Probe(net::EventLoop&, const config::TargetGroup&, const ProbeTarget&, Done);
  ~Probe() override;
  /// Nobody wants the result any more: reports nothing from now on.
  void abandon() { done_ = nullptr; }

 private:
  // http::ConnectionOwner
  http::StreamHandler* onStream(http::HttpStream&) override { return nullptr; }
  void onReady(http::HttpConnection& connection) override;
  void onRoom(http::HttpConnection&) override {}
  void onConnectionClosed(http::HttpConnection&, const Error& error) override;
  // http::StreamHandler
  void onHead(http::MessageHead head, http::End end) override;
  void onData(const ByteChunk& chunk, http::End end) override;
  void onTrailers(http::Headers trailers) override;
  void onSent(std::size_t) override {}
  void onReset(const http::StreamError& error) override;
  void onClosed() override { stream_ = nullptr; }

  http::MessageHead request() const;
  void judge(const http::Headers& last);
  void report(const ProbeResult& result);

  net::EventLoop& loop_;
  const config::TargetGroup group_;
  const std::string authority_;
  Done done_;
  TimePoint started_;
  int status_ = 0;
  http::Headers responseFields_;
  http::HttpStream* stream_ = nullptr;
  std::unique_ptr<http::Http2Connection> connection_;
  net::Timer timeout_;
};

}  // namespace spillway::health
