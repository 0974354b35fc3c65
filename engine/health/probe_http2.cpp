// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/health/probe_http2.h"

#include <fmt/core.h>

#include <array>

#include "engine/base/byte_queue.h"
#include "engine/health/verdict.h"

namespace spillway::health {

Http2Probe::Http2Probe(net::EventLoop& loop, const config::TargetGroup& group, const ProbeTarget& target,
                       ProbeReport report)
    : loop_(loop),
      group_(group),
      authority_(probeAuthority(group, target.address)),
      report_(std::move(report)) {
  const auto limit = std::chrono::seconds(group.healthCheck.timeoutSeconds);
  auto transport =
      net::Transport::connecting(loop, target.address, target.tls, target.serverName, {limit, limit});
  connection_ = std::make_unique<http::Http2Connection>(
      loop, std::move(transport), http::Http2Connection::Role::Connected, http::Http2Settings{},
      static_cast<http::ConnectionOwner&>(*this));
  connection_->start();
}

Http2Probe::~Http2Probe() {
  if (stream_) stream_->detach();
  connection_->close({ErrorCode::None, Side::Balancer, {}});
  loop_.retire(std::move(connection_));
}

http::MessageHead Http2Probe::request() const {
  http::MessageHead head;
  head.method = isGrpc() ? "POST" : "GET";
  head.scheme = group_.healthCheck.protocol == config::Protocol::Https ? "https" : "http";
  head.authority = authority_;
  head.path = group_.healthCheck.path;
  head.fields.add("user-agent", kProbeUserAgent);
  if (isGrpc()) {
    head.fields.add("content-type", "application/grpc");
    head.fields.add("te", "trailers");
  } else {
    head.fields.add("accept-encoding", "gzip, compressed");
  }
  return head;
}

void Http2Probe::onReady(http::HttpConnection& connection) {
  stream_ = &connection.openStream(*this);
  stream_->sendHead(request(), isGrpc() ? http::End::No : http::End::Yes);
  if (!isGrpc()) return;
  constexpr std::array<std::uint8_t, 5> kEmptyMessage{};
  ByteQueue body;
  body.append(kEmptyMessage);
  body.forEach([&](const ByteChunk& chunk) { stream_->sendData(chunk, http::End::Yes); });
}

void Http2Probe::onHead(http::MessageHead&& head, http::End end) {
  if (head.status < 200) return;
  status_ = head.status;
  responseFields_ = std::move(head.fields);
  if (end == http::End::Yes || !isGrpc()) judge(responseFields_);
}

void Http2Probe::onData(const ByteChunk& chunk, http::End end) {
  if (stream_) stream_->consume(chunk.size());
  if (end == http::End::Yes) judge(responseFields_);
}

void Http2Probe::onTrailers(http::Headers&& trailers) {
  judge(trailers);
}

void Http2Probe::judge(const http::Headers& last) {
  const config::Matcher& matcher = group_.healthCheck.matcher;
  report_(isGrpc() ? judgeGrpc(status_, last, matcher) : judgeHttp(status_, matcher));
}

void Http2Probe::onReset(const http::StreamError& error) {
  stream_ = nullptr;
  if (error.connectionLost) return;  // onConnectionClosed says why
  report_(judgeFailure(
      {ErrorCode::Closed, Side::Target,
       fmt::format("the target reset the stream (HTTP/2 code {})", static_cast<std::uint32_t>(error.code))}));
}

void Http2Probe::onConnectionClosed(http::HttpConnection&, const Error& error) {
  // Without an error and by us: nghttp2 gave up on what the target sent.
  const bool brokeHttp2 = error.code == ErrorCode::None && error.side == Side::Balancer;
  report_(judgeFailure(
      brokeHttp2 ? Error{ErrorCode::Protocol, Side::Target, "the target's answer is no HTTP/2"} : error));
}

}  // namespace spillway::health
