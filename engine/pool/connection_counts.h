// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/error.h"
#include "engine/http/connection.h"
#include "engine/observe/connection_status.h"

namespace spillway::pool {

/// What the protocol knows of a connection.
inline void fillCounts(observe::ConnectionStatus& status, const http::HttpConnection& connection) {
  const http::ConnectionCounts counts = connection.counts();
  status.state = !connection.isReady()     ? observe::ConnectionState::Opening
                 : connection.isDraining() ? observe::ConnectionState::Draining
                                           : observe::ConnectionState::Open;
  status.protocol = counts.isHttp2 ? "HTTP/2" : "HTTP/1.1";
  status.openStreams = static_cast<std::uint32_t>(connection.activeStreams());
  status.streams = counts.streams;
  status.receivedBytes = counts.receivedBytes;
  status.sentBytes = counts.sentBytes;
  status.pings = counts.pings;
  status.goawaySent = counts.goawaySent;
  status.goawayReceived = counts.goawayReceived;
  status.rttMicros = counts.rttMicros;
}

inline void fillTls(observe::ConnectionStatus& status, const net::TlsFacts& tls) {
  status.tlsProtocol = tls.protocol;
  status.tlsCipher = tls.cipher;
  status.alpn = tls.alpn;
  status.sni = tls.serverName;
}

/// Whether an error is the peer's going away; else we end the connection for it.
inline bool peerWent(const Error& why) {
  switch (why.code) {
    case ErrorCode::None:
      return why.side != Side::Balancer;
    case ErrorCode::Refused:
    case ErrorCode::Unreachable:
    case ErrorCode::TlsHandshake:
    case ErrorCode::Closed:
    case ErrorCode::ConnectionReset:
      return true;
    default:
      return false;
  }
}

/// Who closed it, and why. `drainReason`: why we wanted it to end; "": we did not.
inline void fillEnd(observe::ConnectionStatus& status, const Error& why, const std::string& drainReason) {
  const bool isClient = status.side == observe::ConnectionSide::Client;
  status.state = observe::ConnectionState::Ended;
  status.openStreams = 0;
  for (observe::StreamCount& count : status.targets)
    count.open = 0;
  status.ended = wallNow();
  status.endedBy = !drainReason.empty() || !peerWent(why) ? observe::EndedBy::Balancer
                   : isClient                             ? observe::EndedBy::Client
                                                          : observe::EndedBy::Target;
  status.endedBecause = drainReason.empty() ? why.detail : drainReason;
}

}  // namespace spillway::pool
