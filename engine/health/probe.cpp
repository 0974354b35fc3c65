// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/health/probe.h"

#include <fmt/core.h>

#include <array>

#include "engine/base/byte_queue.h"
#include "engine/config/matcher.h"
#include "engine/http/grpc_status.h"

namespace spillway::health {

using observe::HealthReason;

Probe::Probe(net::EventLoop& loop, const config::TargetGroup& group, const ProbeTarget& target, Done done)
    : loop_(loop),
      group_(group),
      authority_(target.address.toString()),
      done_(std::move(done)),
      started_(SteadyClock::now()) {
  const auto limit = std::chrono::seconds(group.healthCheck.timeoutSeconds);
  auto transport =
      net::Transport::connecting(loop, target.address, target.tls, target.serverName, {limit, limit});
  connection_ = std::make_unique<http::Http2Connection>(
      loop, std::move(transport), http::Http2Connection::Role::Connected, http::Http2Settings{},
      static_cast<http::ConnectionOwner&>(*this));
  timeout_ = loop.after(limit, [this] {
    report({HealthReason::Timeout, std::nullopt,
            fmt::format("no answer within {} s", group_.healthCheck.timeoutSeconds)});
  });
  connection_->start();
}

Probe::~Probe() {
  if (stream_) stream_->detach();
  if (connection_) connection_->close({ErrorCode::None, Side::Balancer, {}});
  loop_.retire(std::move(connection_));
}

http::MessageHead Probe::request() const {
  const bool grpc = group_.protocolVersion == config::ProtocolVersion::Grpc;
  http::MessageHead head;
  head.method = grpc ? "POST" : "GET";
  head.scheme = group_.healthCheck.protocol == config::Protocol::Https ? "https" : "http";
  head.authority = authority_;
  head.path = group_.healthCheck.path;
  head.fields.add("user-agent", "ELB-HealthChecker/2.0");
  if (!grpc) return head;
  head.fields.add("content-type", "application/grpc");
  head.fields.add("te", "trailers");
  return head;
}

void Probe::onReady(http::HttpConnection& connection) {
  const bool grpc = group_.protocolVersion == config::ProtocolVersion::Grpc;
  stream_ = &connection.openStream(*this);
  stream_->sendHead(request(), grpc ? http::End::No : http::End::Yes);
  if (!grpc) return;
  constexpr std::array<std::uint8_t, 5> kEmptyMessage{};
  ByteQueue body;
  body.append(kEmptyMessage);
  body.forEach([&](const ByteChunk& chunk) { stream_->sendData(chunk, http::End::Yes); });
}

void Probe::onHead(http::MessageHead head, http::End end) {
  status_ = head.status;
  responseFields_ = std::move(head.fields);
  if (end == http::End::Yes) judge(responseFields_);
}

void Probe::onData(const ByteChunk& chunk, http::End end) {
  if (stream_) stream_->consume(chunk.size());
  if (end == http::End::Yes) judge(responseFields_);
}

void Probe::onTrailers(http::Headers trailers) {
  judge(trailers);
}

void Probe::judge(const http::Headers& last) {
  const bool grpc = group_.protocolVersion == config::ProtocolVersion::Grpc;
  const auto& matcher = group_.healthCheck.matcher;
  const auto codes = grpc ? config::CodeMatcher::parse(matcher.grpcCode, 0, 99)
                          : config::CodeMatcher::parse(matcher.httpCode, 200, 499);
  std::optional<std::uint32_t> code;
  std::string detail;
  if (!grpc) {
    code = static_cast<std::uint32_t>(status_);
  } else if ((code = http::grpcStatusIn(last))) {
    detail = fmt::format("grpc-status {}", *code);
  } else if (status_ != 200) {
    code = static_cast<std::uint32_t>(status_);
    detail = fmt::format("HTTP status {} without grpc-status", status_);
  } else {
    return report({HealthReason::FailedHealthChecks, std::nullopt, "the answer has no grpc-status"});
  }
  const bool isCode = !grpc || status_ == 200;
  if (codes && isCode && codes->matches(*code)) return report({HealthReason::None, code, {}});
  if (detail.empty()) detail = fmt::format("HTTP status {}", *code);
  report({HealthReason::ResponseCodeMismatch, code,
          fmt::format("got {}, expected {}", detail, grpc ? matcher.grpcCode : matcher.httpCode)});
}

void Probe::onReset(const http::StreamError& error) {
  stream_ = nullptr;
  if (error.connectionLost) return;  // onConnectionClosed says why
  report(
      {HealthReason::FailedHealthChecks, std::nullopt,
       fmt::format("the target reset the stream (HTTP/2 code {})", static_cast<std::uint32_t>(error.code))});
}

void Probe::onConnectionClosed(http::HttpConnection&, const Error& error) {
  if (error.code == ErrorCode::ConnectTimeout || error.code == ErrorCode::TlsTimeout) {
    return report({HealthReason::Timeout, std::nullopt, error.detail});
  }
  report({HealthReason::FailedHealthChecks, std::nullopt,
          error.code == ErrorCode::None ? "the target closed the connection" : error.detail});
}

void Probe::report(const ProbeResult& result) {
  timeout_.cancel();
  if (auto done = std::exchange(done_, nullptr)) done(result, SteadyClock::now() - started_);
}

}  // namespace spillway::health
