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

/// Who ended it: we, for this reason, or whoever the error names. "": we did not want to.
inline void fillEnd(observe::ConnectionStatus& status, const Error& why, const std::string& drainReason) {
  if (!drainReason.empty() || why.code == ErrorCode::Drained) {
    status.endedBy = observe::EndedBy::Balancer;
    status.endedBecause = drainReason.empty() ? why.detail : drainReason;
    return;
  }
  const bool isClient = status.side == observe::ConnectionSide::Client;
  const bool isOurs = why.code != ErrorCode::None && why.side == Side::Balancer;
  status.endedBy = isOurs     ? observe::EndedBy::Balancer
                   : isClient ? observe::EndedBy::Client
                              : observe::EndedBy::Target;
  status.endedBecause = why.code == ErrorCode::None ? "It closed the connection in order." : why.detail;
}

}  // namespace spillway::pool
