// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "engine/base/error.h"
#include "engine/http/stream.h"
#include "engine/net/event_loop.h"
#include "engine/net/tls_facts.h"

namespace spillway::http {

class HttpConnection;

/// Who owns a connection and hears of it.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  /// Accepted role: a request begins; the handler for it, or null to refuse it.
  virtual StreamHandler* onStream(HttpStream& stream) = 0;
  virtual void onReady(HttpConnection& connection) = 0;  ///< connected role: streams may be opened
  virtual void onRoom(
      HttpConnection& connection) = 0;  ///< a stream ended, a setting changed, or it drains now
  /// The connection is over; the owner retires it. Its streams have been told already.
  virtual void onConnectionClosed(HttpConnection& connection, const Error& error) = 0;
};

/// What has passed on a connection so far.
struct ConnectionCounts {
  bool isHttp2 = false;
  std::uint64_t streams = 0;                       ///< that were begun
  std::uint64_t receivedBytes = 0, sentBytes = 0;  ///< without TLS's own
  std::uint64_t pings = 0;                         ///< of the peer
  bool goawaySent = false, goawayReceived = false;
  std::int64_t rttMicros = -1;  ///< -1: unknown
};

/// A connection that carries streams, in either role. Worker thread only.
class HttpConnection : public net::Retirable {
 public:
  virtual void start() = 0;                                    ///< once, before all else
  virtual HttpStream& openStream(StreamHandler& handler) = 0;  ///< connected role; only when canOpenStream()
  virtual bool canOpenStream() const = 0;
  virtual bool isReady() const = 0;
  virtual bool isDraining() const = 0;
  virtual std::size_t activeStreams() const = 0;
  /// When the first byte of a head came that is not whole yet; {} when there is none.
  virtual TimePoint headSince() const = 0;
  virtual TimePoint idleSince() const = 0;  ///< when the last stream ended; meaningful while none is active
  virtual ConnectionCounts counts() const = 0;  ///< asks the kernel, too
  virtual net::TlsFacts tlsFacts() const = 0;   ///< makes text; empty without TLS
  /// Lets running streams end, takes no new ones, then closes.
  virtual void beginDrain() = 0;
  /// Ends it now; open streams get onReset, the owner gets no call.
  virtual void close(const Error& why) = 0;
};

}  // namespace spillway::http
