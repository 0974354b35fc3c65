// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/base/byte_queue.h"
#include "engine/http/connection.h"
#include "engine/http/http1_framing.h"
#include "engine/http/http1_parser.h"
#include "engine/net/transport.h"

namespace spillway::http {

class Http1Connection;
class Http1Stream;

/// Limits on what the peer may send, and how strict to be with clients.
struct Http1Settings {
  config::Limits limits;
  config::DesyncMitigationMode desync = config::DesyncMitigationMode::Defensive;
  /// Bytes of a body that may wait here before reading stops: at first, and once its reader keeps up.
  std::uint32_t window = 64 * 1024, largestWindow = 256 * 1024;
};

/// A request that was refused before it became a stream, or whose body broke HTTP before its answer began.
struct Http1Refusal {
  RefusalKind kind = RefusalKind::BadRequest;
  std::string detail;                           ///< one clear sentence
  std::string method, target, host, userAgent;  ///< what could be read; empty otherwise
  Version version = Version::Http11;
  Compliance compliance = Compliance::Compliant;
  ComplianceReason complianceReason = ComplianceReason::None;
  std::uint64_t receivedBytes = 0;
  /// The request was a stream, whose handler has got onReset and makes the record: this wants an answer only.
  bool wasStream = false;
};

/// Who owns a connection of a client.
class Http1Owner : public ConnectionOwner {
 public:
  /// Answer it with Http1Connection::answer(), or not; then the connection ends.
  virtual void onBadRequest(Http1Connection& connection, const Http1Refusal& refusal) = 0;
};

/// HTTP/1.0 and 1.1 (RFC 9112) on one transport, in either role: one exchange at a time. Clients may send
/// requests ahead; they wait unread, and answers come in their order. A body byte that the handler has not
/// consumed counts against the window; at its limit reading stops. Worker thread only.
class Http1Connection final : public HttpConnection, private net::TransportListener, private net::TurnEnd {
 public:
  /// A client's connection. `owner` outlives it.
  static std::unique_ptr<Http1Connection> accepted(net::EventLoop&, std::unique_ptr<net::Transport>,
                                                   const Http1Settings&, Http1Owner& owner);
  /// A connection to a target. `owner` outlives it.
  static std::unique_ptr<Http1Connection> connected(net::EventLoop&, std::unique_ptr<net::Transport>,
                                                    const Http1Settings&, ConnectionOwner& owner);
  ~Http1Connection() override;
  void start() override;
  /// Bytes that were read from an accepted transport before it was handed over; after start().
  void receive(const ByteChunk& early) { onBytes(early); }
  /// Within onBadRequest: writes the answer to it. Returns the bytes it takes on the wire.
  std::size_t answer(const MessageHead& head, std::string_view body);
  /// Accepted role, while headSince() is set: the owner's onBadRequest follows, then the connection ends.
  void refuseSlowHead();
  /// When the first byte of a head came that is not whole yet; {} when no head is on its way.
  TimePoint headSince() const override { return headSince_; }

  HttpStream& openStream(StreamHandler& handler) override;
  bool canOpenStream() const override;
  bool isReady() const override { return ready_; }
  bool isDraining() const override { return draining_; }
  std::size_t activeStreams() const override { return stream_ ? 1 : 0; }
  TimePoint idleSince() const override { return idleSince_; }
  ConnectionCounts counts() const override;
  net::TlsFacts tlsFacts() const override;
  void beginDrain() override;
  void close(const Error& why) override;

 private:
  friend class Http1Stream;
  enum class Role : bool { Accepted, Connected };
  /// What the next byte from the peer belongs to.
  enum class Phase : std::uint8_t {
    Head,
    Body,
    Trailers,
    Tunnel,   ///< after an upgrade: raw bytes
    Wait,     ///< nothing may be read before the present exchange has ended
    Discard,  ///< nothing that comes matters any more
  };
  Http1Connection(net::EventLoop&, std::unique_ptr<net::Transport>, Role, const Http1Settings&,
                  ConnectionOwner& owner, Http1Owner* client);
  // net::TransportListener
  void onReady() override;
  void onBytes(const ByteChunk& chunk) override;
  void onDrained() override { flush(); }
  bool onPeerEnd() override;
  void onClosed(const Error& error) override;
  void onTurnEnd() override { flush(); }

  // Reading
  std::size_t parse(const ByteChunk& bytes);
  std::size_t parseHead(const ByteChunk& bytes);
  std::size_t parseBody(const ByteChunk& bytes);
  std::size_t parseTrailers(const ByteChunk& bytes);
  std::size_t parseTunnel(const ByteChunk& bytes);
  void expectHead();
  void onRequestHead();
  void onResponseHead();
  void beginBody(BodyFraming framing);
  void finishIncoming();
  void refuse(RefusalKind kind, std::string detail, const Http1Request* request);
  void fail(std::string detail);
  void readPending();
  void updateReading();

  // Writing and ends
  void write(std::string_view text);
  void flush();
  bool settle();
  void finishStream();
  void wantFlush() { loop_.atTurnEnd(*this); }
  void beginTunnel();
  void abort(const Error& why);
  void end(const Error& error);
  void resetStream(const Error& error);
  Side peerSide() const { return role_ == Role::Accepted ? Side::Client : Side::Target; }

  net::EventLoop& loop_;
  std::unique_ptr<net::Transport> transport_;
  const Role role_;
  const Http1Settings settings_;
  ConnectionOwner& owner_;
  Http1Owner* client_;  ///< the owner again; accepted role only
  Phase phase_;
  Http1HeadReader head_;
  Http1BodyReader body_;
  std::unique_ptr<Http1Stream> stream_;
  ByteQueue pending_;  ///< came, but is not to be read yet
  ByteQueue output_;
  Error abortError_;
  TimePoint idleSince_, headSince_{};
  std::uint64_t exchanges_ = 0;  ///< that were begun
  bool ready_ = false;
  bool reusable_ = true;  ///< another exchange may follow the present one
  bool draining_ = false;
  bool closing_ = false;   ///< ends once all output is written
  bool peerLeft_ = false;  ///< … for the peer has sent its last byte
  bool aborting_ = false;  ///< ends at the end of this turn, whatever waits
  bool ended_ = false;
};

}  // namespace spillway::http
