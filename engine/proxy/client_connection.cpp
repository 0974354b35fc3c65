// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/client_connection.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "engine/http/http2_connection.h"
#include "engine/pool/connection_counts.h"
#include "engine/proxy/local_response.h"
#include "engine/proxy/outcome.h"
#include "engine/proxy/record_parts.h"

namespace spillway::proxy {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113 §3.4

/// How long a client may take to read what ends its connection.
constexpr auto kFarewell = std::chrono::seconds(5);

/// The one setting that such a refusal comes from; "" when there is none, or any of several.
std::string settingBehind(http::RefusalKind kind, const config::Limits& limits) {
  if (kind == http::RefusalKind::HeadTimeout)
    return fmt::format("limits.headTimeoutSeconds = {}", limits.headTimeoutSeconds);
  if (kind == http::RefusalKind::UriTooLong)
    return fmt::format("limits.requestLineBytes = {}", limits.requestLineBytes);
  return {};
}

std::string idleReason(std::chrono::seconds limit) {
  return fmt::format("idle_timeout.timeout_seconds = {}", limit.count());
}

}  // namespace

ConnectionCount countedConnection(const std::shared_ptr<balance::ListenerRuntime>& runtime) {
  return {runtime.get(), [runtime](balance::ListenerRuntime* counted) {
            counted->connections.fetch_sub(1, std::memory_order_relaxed);
          }};
}

ClientConnection::ClientConnection(ClientConnectionHost& host, net::EventLoop& loop,
                                   std::unique_ptr<net::Transport> transport, ConnectionFacts facts,
                                   std::shared_ptr<const balance::ListenerSnapshot> listener,
                                   ConnectionCount counted)
    : host_(host),
      loop_(loop),
      transport_(std::move(transport)),
      facts_(std::make_shared<const ConnectionFacts>(std::move(facts))),
      listener_(std::move(listener)),
      counted_(std::move(counted)),
      opened_(loop.now()) {}

void ClientConnection::start() {
  transport_->start(*this);
}

void ClientConnection::onReady() {
  ready_ = true;
  if (!facts_->hasTls) return tellConnection({});
  auto facts = std::make_shared<ConnectionFacts>(*facts_);
  facts->tls = transport_->tlsFacts();
  const bool http2 = facts->tls.alpn == "h2";
  tellConnection(facts->tls);
  facts_ = std::move(facts);
  if (http2) {
    startHttp2();
  } else {
    startHttp1();
  }
}

void ClientConnection::tellConnection(const net::TlsFacts& tls) {
  observe::ConnectionRecord record;
  record.established = wallNow();
  record.loadBalancer = listener_->id.loadBalancer;
  record.listener = listener_->id.listener;
  record.clientIp = facts_->clientIp;
  record.clientPort = facts_->clientAddress.port();
  record.listenerIp = facts_->listenerIp;
  record.listenerPort = facts_->listenerPort;
  record.traceId = facts_->traceId;
  record.hasTls = facts_->hasTls;
  record.tlsProtocol = tls.protocol;
  record.tlsCipher = tls.cipher;
  record.tlsKeyExchange = tls.keyExchange;
  record.handshakeMicros = tls.handshakeMicros;
  record.tlsVerifyStatus = tls.verifyStatus;
  if (tls.clientCertificate) {
    record.clientCertificateSubject = tls.clientCertificate->subject;
    record.clientCertificateSerial = tls.clientCertificate->serial;
    record.clientCertificateValidity = tls.clientCertificate->validity;
  }
  host_.recordConnection(std::move(record));
}

http::Http2Connection& ClientConnection::startHttp2() {
  isHttp2_ = true;
  const config::Limits& limits = listener_->limits;
  http::Http2Settings settings;
  settings.maxConcurrentStreams = limits.concurrentStreams;
  settings.maxPathBytes = limits.requestLineBytes;
  settings.maxFieldBytes = limits.headerBytes;
  settings.maxHeaderBytes = limits.headersBytes;
  settings.maxHeaderFields = limits.headerCount;
  settings.extendedConnect = listener_->beyondAlb.extendedConnect;
  auto connection = std::make_unique<http::Http2Connection>(loop_, std::move(transport_),
                                                            http::Http2Connection::Role::Accepted, settings,
                                                            static_cast<http::ConnectionOwner&>(*this));
  auto& started = *connection;
  protocol_ = std::move(connection);
  started.start();
  return started;
}

void ClientConnection::onBytes(const ByteChunk& chunk) {
  if (early_.empty()) earlySince_ = loop_.now();
  early_.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  const std::size_t known = std::min(early_.size(), kPreface.size());
  const bool mayBePreface = std::string_view(early_).substr(0, known) == kPreface.substr(0, known);
  if (!mayBePreface || !listener_->beyondAlb.plaintextHttp2) return startHttp1();
  if (known == kPreface.size()) takeEarlyBytes(startHttp2());
}

void ClientConnection::startHttp1() {
  http::Http1Settings settings;
  settings.limits = listener_->limits;
  settings.desync = listener_->attributes.desyncMitigationMode;
  auto connection = http::Http1Connection::accepted(loop_, std::move(transport_), settings, *this);
  http1_ = connection.get();
  protocol_ = std::move(connection);
  http1_->start();
  takeEarlyBytes(*http1_);
}

/// What was read to find out the protocol goes to its connection.
template <class Connection>
void ClientConnection::takeEarlyBytes(Connection& connection) {
  ByteQueue bytes;
  bytes.append({reinterpret_cast<const std::uint8_t*>(early_.data()), early_.size()});
  early_.clear();
  bytes.forEach([&](const ByteChunk& piece) { connection.receive(piece); });
}

void ClientConnection::onBadRequest(http::Http1Connection& connection, const http::Http1Refusal& refusal) {
  const observe::Outcome outcome = outcomeOf(refusal.kind);
  const LocalResponse response =
      localResponse(outcome, AnswerForm::Html, listener_->listenerAttributes, listener_->limits);
  const std::size_t sent = connection.answer(response.head, refusal.method == "HEAD" ? "" : response.body);
  if (refusal.wasStream) return;  // its exchange makes the record
  ++requests_;
  auto head = std::make_shared<observe::StreamHead>();
  head->started = wallNow();
  head->type = facts_->hasTls ? observe::LogType::Https : observe::LogType::Http;
  head->loadBalancer = listener_->id.loadBalancer;
  head->listener = listener_->id.listener;
  head->client = facts_->client;
  head->method = refusal.method.empty() ? "-" : refusal.method;
  head->scheme = facts_->hasTls ? "https" : "http";
  head->authority = refusal.host;
  head->path = refusal.target.empty() ? "-" : refusal.target;
  head->userAgent = refusal.userAgent;
  observe::StreamRecord record;
  record.outcome = outcome;
  record.cause = fmt::format("{} {}", factsOf(outcome).words, refusal.detail);
  record.endedBy = factsOf(outcome).endedBy;
  record.endedBecause = settingBehind(refusal.kind, listener_->limits);
  record.elbStatus = response.head.status;
  record.fromBalancer = true;
  record.rulePriority = "-";
  record.httpVersion = httpVersionText(refusal.version);
  record.compliance = complianceOf(refusal.compliance);
  record.complianceReason = http::toString(refusal.complianceReason);
  record.head = std::move(head);
  record.ended = wallNow();
  record.receivedBytes = refusal.receivedBytes;
  record.sentBytes = sent;
  fillConnection(record, *facts_);
  host_.recordRefusal(std::move(record), listener_->runtime->slot);
}

void ClientConnection::onClosed(const Error& error) {
  if (!ready_ && facts_->hasTls && error.code != ErrorCode::None) {
    tellConnection(transport_->tlsFacts());
    host_.onClientTlsFailed(listener_->runtime->slot);
  }
  host_.onClientConnectionClosed(*this, error);
}

http::StreamHandler* ClientConnection::onStream(http::HttpStream& stream) {
  ++requests_;
  const auto& limits = listener_->limits;
  const bool tooMany = isHttp2_ && requests_ >= limits.requestsPerConnection &&
                       !listener_->beyondAlb.unlimitedRequestsPerConnection;
  const auto keepAlive = listener_->attributes.clientKeepAliveSeconds;
  if (tooMany && protocol_) {
    beginDrain(fmt::format("limits.requestsPerConnection = {}", limits.requestsPerConnection));
  } else if (protocol_ && loop_.now() - opened_ >= std::chrono::seconds(keepAlive)) {
    beginDrain(fmt::format("client_keep_alive.seconds = {}", keepAlive));
  }
  return &host_.beginExchange(stream, facts_, listener_);
}

void ClientConnection::beginDrain(std::string why) {
  if (drainReason_.empty()) drainReason_ = std::move(why);
  if (protocol_) return protocol_->beginDrain();
  end({ErrorCode::Drained, Side::Balancer, drainReason_});
}

void ClientConnection::close(const Error& why) {
  if (protocol_) protocol_->close(why);
  if (transport_) transport_->close(net::Transport::Close::Now);
}

void ClientConnection::end(const Error& why) {
  close(why);
  host_.onClientConnectionClosed(*this, why);
}

observe::ConnectionStatus ClientConnection::status() const {
  observe::ConnectionStatus status;
  status.id = facts_->id;
  status.loadBalancer = listener_->id.loadBalancer;
  status.listener = listener_->id.listener;
  status.peer = facts_->client;
  status.hasTls = facts_->hasTls;
  pool::fillTls(status, facts_->tls);
  status.opened = openedWall_;
  if (protocol_) pool::fillCounts(status, *protocol_);
  status.targets = facts_->streams->counts();
  return status;
}

observe::ConnectionStatus ClientConnection::lastStatus(const Error& why) const {
  observe::ConnectionStatus status = this->status();
  pool::fillEnd(status, why, drainReason_);
  return status;
}

/// A head that trickles in (or a preface, or a request line) is cut at its own limit, long before the idle
/// timeout.
bool ClientConnection::endIfHeadIsSlow(TimePoint now) {
  const TimePoint since = protocol_ ? protocol_->headSince() : early_.empty() ? TimePoint{} : earlySince_;
  if (since == TimePoint{} || now - since < std::chrono::seconds(listener_->limits.headTimeoutSeconds))
    return false;
  if (http1_) {
    http1_->refuseSlowHead();
    return true;
  }
  end({ErrorCode::IdleTimeout, Side::Client, "The request's head took too long."});
  return true;
}

void ClientConnection::closeIfIdle(TimePoint now) {
  if (endIfHeadIsSlow(now)) return;
  const auto limit = std::chrono::seconds(listener_->attributes.idleTimeoutSeconds);
  if (protocol_) {
    const auto idle = now - protocol_->idleSince();
    if (protocol_->activeStreams() > 0 || idle < limit) return;
    if (idle < limit + kFarewell) return beginDrain(idleReason(limit));
    end({ErrorCode::IdleTimeout, Side::Client, "It did not read what ends the connection."});
  } else if (now - opened_ >= limit) {
    beginDrain(idleReason(limit));
  }
}

}  // namespace spillway::proxy
