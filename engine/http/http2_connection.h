// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/byte_queue.h"
#include "engine/http/connection.h"
#include "engine/http/rate_limit.h"
#include "engine/net/transport.h"

struct nghttp2_session;

namespace spillway::http {

/// What we tell the peer in SETTINGS, and limits on what it may send.
struct Http2Settings {
  std::uint32_t maxConcurrentStreams = 128;        ///< ALB: 128 per client connection
  std::uint32_t streamWindow = 65535;              ///< bytes of a stream that may wait here at first
  std::uint32_t largestStreamWindow = 256 * 1024;  ///< … and once its reader has shown that it keeps up
  std::uint32_t connectionWindow = 1024 * 1024;    ///< bytes
  std::size_t maxPathBytes = 16 * 1024;            ///< :path, as ALB's request line
  std::size_t maxFieldBytes = 16 * 1024;           ///< name and value of one field
  std::size_t maxHeaderBytes = 64 * 1024;          ///< names and values of one header block
  std::size_t maxHeaderFields = 200;
  bool extendedConnect = false;  ///< RFC 8441
};

class Http2Stream;

/// HTTP/2 (RFC 9113) on one transport, in either role; nghttp2 knows the protocol, this the streams and the
/// windows. The connection's window is opened at once, a stream's window when its handler consumes: one
/// stalled stream never stalls its neighbours, and no more than streamWindow bytes of it wait here.
class Http2Connection final : public HttpConnection, private net::TransportListener, private net::TurnEnd {
 public:
  enum class Role : bool { Accepted, Connected };
  /// Takes the transport over. `owner` outlives this.
  Http2Connection(net::EventLoop&, std::unique_ptr<net::Transport>, Role, const Http2Settings&,
                  ConnectionOwner& owner);
  ~Http2Connection() override;
  void start() override;
  /// Bytes that were read from an accepted transport before it was handed over; after start().
  void receive(const ByteChunk& early) { onBytes(early); }

  HttpStream& openStream(StreamHandler& handler) override;
  bool canOpenStream() const override;
  bool isReady() const override { return ready_; }
  bool isDraining() const override { return draining_; }
  std::size_t activeStreams() const override { return streams_.size(); }
  TimePoint headSince() const override { return headSince_; }
  TimePoint idleSince() const override { return idleSince_; }
  ConnectionCounts counts() const override;
  net::TlsFacts tlsFacts() const override;
  void beginDrain() override;
  void close(const Error& why) override;

 private:
  friend class Http2Stream;
  friend struct Http2Callbacks;
  void onReady() override;
  void onBytes(const ByteChunk& chunk) override;
  void onDrained() override;
  void onClosed(const Error& error) override;
  void onTurnEnd() override;

  void createSession();
  /// Takes frames from nghttp2 into output_, up to its limit.
  void collectOutput();
  void flush();
  void wantFlush() { loop_.atTurnEnd(*this); }
  void finishDrain();
  void end(const Error& error);
  Error endOfUse() const;
  void resetStreams(const Error& error);
  Http2Stream& addStream(StreamHandler* handler, std::int32_t id);
  void removeStream(Http2Stream& stream);
  bool tolerates(RateLimit& limit);

  net::EventLoop& loop_;
  std::unique_ptr<net::Transport> transport_;
  const Role role_;
  const Http2Settings settings_;
  ConnectionOwner& owner_;
  nghttp2_session* session_ = nullptr;
  std::vector<std::unique_ptr<Http2Stream>> streams_;
  std::int32_t recentId_ = 0;  ///< the stream that was asked for last; 0 = none
  Http2Stream* recent_ = nullptr;
  /// Streams to be broken off once what was queued before has gone out: nghttp2 drops what it still holds.
  std::vector<std::pair<std::int32_t, std::uint32_t>> resets_;
  ByteQueue output_;
  const ByteChunk* input_ = nullptr;  ///< what is being parsed right now
  net::Timer drainTimer_;
  /// What an honest peer seldom sends: pings, settings, priorities, empty data.
  RateLimit chatter_{2000, 200};
  /// Streams that the peer breaks off (Rapid Reset, CVE-2023-44487): what a browser may do at once, then a
  /// steady rate.
  RateLimit peerResets_{500, 100};
  /// Streams that we had to break off because of what the peer did (MadeYouReset).
  RateLimit provokedResets_{500, 50};
  /// Accepted role: stream identifiers that the client passed over; using one of them later is an error (RFC
  /// 9113 §5.1.1).
  std::vector<std::pair<std::int32_t, std::int32_t>> passedOver_;
  std::int32_t newestStream_ = -1;
  std::uint64_t streamsBegun_ = 0, pings_ = 0;
  TimePoint idleSince_;
  TimePoint headSince_{};
  bool ready_ = false;
  bool isObserved_ = false;  ///< some stream's frames were asked for
  bool draining_ = false;
  bool peerLeaves_ = false;                  ///< it has sent GOAWAY
  std::optional<std::uint32_t> goawayCode_;  ///< of the last GOAWAY that was sent
  bool finalGoawaySent_ = false;
  bool peerSettingsSeen_ = false;
  bool ended_ = false;
  bool receiving_ = false;
  bool hadEnough_ = false;  ///< the peer is being sent away: what it still sends is not looked at
};

}  // namespace spillway::http
