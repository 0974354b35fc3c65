// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/health/probe.h"
#include "engine/http/http2_connection.h"

namespace spillway::health {

/// The check of HTTP2 groups (GET, judged by the HTTP status as soon as the head is here) and of GRPC groups
/// (POST with an empty message, judged by the grpc-status at the end of the answer).
class Http2Probe final : public net::Retirable, private http::ConnectionOwner, private http::StreamHandler {
 public:
  Http2Probe(net::EventLoop&, const config::TargetGroup&, const ProbeTarget&, ProbeReport);
  ~Http2Probe() override;

 private:
  // http::ConnectionOwner
  http::StreamHandler* onStream(http::HttpStream&) override { return nullptr; }
  void onReady(http::HttpConnection& connection) override;
  void onRoom(http::HttpConnection&) override {}
  void onConnectionClosed(http::HttpConnection&, const Error& error) override;
  // http::StreamHandler
  void onHead(http::MessageHead&& head, http::End end) override;
  void onData(const ByteChunk& chunk, http::End end) override;
  void onTrailers(http::Headers&& trailers) override;
  void onSent(std::size_t) override {}
  void onReset(const http::StreamError& error) override;
  void onClosed() override { stream_ = nullptr; }

  bool isGrpc() const { return group_.protocolVersion == config::ProtocolVersion::Grpc; }
  http::MessageHead request() const;
  void judge(const http::Headers& last);

  net::EventLoop& loop_;
  const config::TargetGroup group_;
  const std::string authority_;
  const ProbeReport report_;
  int status_ = 0;
  http::Headers responseFields_;
  http::HttpStream* stream_ = nullptr;
  std::unique_ptr<http::Http2Connection> connection_;
};

}  // namespace spillway::health
