// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/net/transport.h"
#include "engine/observe/connection_status.h"

namespace spillway::proxy {

/// What is known of a client connection; immutable but for the count of its streams, shared with its
/// exchanges.
struct ConnectionFacts {
  observe::ConnectionId id = 0;
  std::string client;    ///< "127.0.0.1:54022"
  std::string clientIp;  ///< "127.0.0.1"
  net::SocketAddress clientAddress;
  std::string listenerAddress;  ///< "127.0.0.1:50051"
  std::string listenerIp;       ///< "127.0.0.1"
  std::uint16_t listenerPort = 0;
  bool hasTls = false;
  net::TlsFacts tls;
  std::shared_ptr<observe::StreamsByTarget> streams =
      std::make_shared<observe::StreamsByTarget>();  ///< changes
  std::string traceId;  ///< "TID_…", the same for all requests of the connection
};

}  // namespace spillway::proxy
