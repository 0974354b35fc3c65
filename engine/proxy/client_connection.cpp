// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/client_connection.h"

#include <algorithm>
#include <string_view>

#include "engine/http/http2_connection.h"
#include "engine/proxy/http1_refusal.h"
#include "engine/proxy/outcome.h"

namespace spillway::proxy {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113 §3.4

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
  if (http2) startHttp2();
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
  if (std::string_view(early_).substr(0, known) == kPreface.substr(0, known)) {
    if (known < kPreface.size()) return;
    ByteQueue bytes;
    bytes.append({reinterpret_cast<const std::uint8_t*>(early_.data()), early_.size()});
    early_.clear();
    auto& connection = startHttp2();
    bytes.forEach([&](const ByteChunk& piece) { connection.receive(piece); });
    return;
  }
  refuse();
}

void ClientConnection::refuse() {
  const auto request = readHttp1Head(early_);
  if (!request) return;
  const std::string answer = http1Refusal(*request);
  ByteQueue bytes;
  bytes.append({reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()});
  transport_->write(bytes);
  transport_->close(net::Transport::Close::AfterPeer);

  auto head = std::make_shared<observe::StreamHead>();
  head->started = wallNow();
  head->type = facts_->hasTls ? observe::LogType::Https : observe::LogType::Http;
  head->loadBalancer = listener_->id.loadBalancer;
  head->listener = listener_->id.listener;
  head->client = facts_->client;
  head->method = request->wellFormed ? request->method : "-";
  head->scheme = facts_->hasTls ? "https" : "http";
  head->authority = request->host;
  head->path = request->wellFormed ? request->target : "-";
  head->userAgent = request->userAgent;
  observe::StreamRecord record;
  record.outcome = refusalOutcome(*request);
  record.cause = factsOf(record.outcome).words;
  record.elbStatus = factsOf(record.outcome).status;
  record.fromBalancer = true;
  record.head = std::move(head);
  record.ended = wallNow();
  record.listenerAddress = facts_->listenerAddress;
  record.receivedBytes = early_.size();
  record.sentBytes = answer.size();
  record.tlsCipher = facts_->tls.cipher;
  record.tlsProtocol = facts_->tls.protocol;
  if (facts_->tls.nameIsCovered) record.sni = facts_->tls.serverName;
  record.certificate = facts_->tls.certificateId;
  record.sessionReused = facts_->tls.sessionReused;
  record.connectionTraceId = facts_->traceId;
  host_.recordRefusal(std::move(record), listener_->runtime->slot);
  host_.onClientConnectionClosed(*this);
}

void ClientConnection::onClosed(const Error& error) {
  if (!ready_ && facts_->hasTls && error.code != ErrorCode::None) {
    tellConnection(transport_->tlsFacts());
    host_.onClientTlsFailed(listener_->runtime->slot);
  }
  host_.onClientConnectionClosed(*this);
}

http::StreamHandler* ClientConnection::onStream(http::HttpStream& stream) {
  ++requests_;
  const bool tooMany = requests_ >= listener_->limits.requestsPerConnection &&
                       !listener_->beyondAlb.unlimitedRequestsPerConnection;
  const bool tooOld =
      loop_.now() - opened_ >= std::chrono::seconds(listener_->attributes.clientKeepAliveSeconds);
  if ((tooMany || tooOld) && protocol_) protocol_->beginDrain();
  return &host_.beginExchange(stream, facts_, listener_);
}

void ClientConnection::beginDrain() {
  if (protocol_) return protocol_->beginDrain();
  close({ErrorCode::Drained, Side::Balancer, "The listener is gone."});
  host_.onClientConnectionClosed(*this);
}

void ClientConnection::close(const Error& why) {
  if (protocol_) protocol_->close(why);
  if (transport_) transport_->close(net::Transport::Close::Now);
}

/// A head that trickles in (or a preface, or a request line) is cut at its own limit, long before the idle
/// timeout.
bool ClientConnection::endIfHeadIsSlow(TimePoint now) {
  const TimePoint since = protocol_ ? protocol_->headSince() : early_.empty() ? TimePoint{} : earlySince_;
  if (since == TimePoint{} || now - since < std::chrono::seconds(listener_->limits.headTimeoutSeconds))
    return false;
  close({ErrorCode::IdleTimeout, Side::Client, "The request's head took too long."});
  host_.onClientConnectionClosed(*this);
  return true;
}

void ClientConnection::closeIfIdle(TimePoint now) {
  if (endIfHeadIsSlow(now)) return;
  const auto limit = std::chrono::seconds(listener_->attributes.idleTimeoutSeconds);
  if (protocol_) {
    if (protocol_->activeStreams() == 0 && now - protocol_->idleSince() >= limit) protocol_->beginDrain();
  } else if (now - opened_ >= limit) {
    beginDrain();
  }
}

}  // namespace spillway::proxy
