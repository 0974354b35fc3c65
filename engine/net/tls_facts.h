// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/net/client_authentication.h"

struct ssl_st;

namespace spillway::net {

class TlsContext;

/// What TLS agreed on; empty strings without TLS. The lower part is of accepted connections only.
struct TlsFacts {
  std::string protocol, cipher, serverName, alpn;
  std::string keyExchange;            ///< the named group: "x25519", "secp256r1"
  std::int64_t handshakeMicros = -1;  ///< -1: not done, or failed
  bool sessionReused = false;         ///< ALB's log says "session-reused" instead of the certificate

  std::string certificateId;   ///< of the certificate that was chosen; empty when the session was reused
  bool nameIsCovered = false;  ///< false: no name, or the default certificate stood in since none covers it
  std::string verifyStatus;    ///< "Success", "Failed:ClientCertExpired" … (alb-behaviour §7.7)
  std::shared_ptr<const ClientCertificate> clientCertificate;  ///< null: none was sent; also a refused one
};

/// How far a handshake came.
struct HandshakeResult {
  std::int64_t micros = -1;   ///< -1: not done, or failed
  unsigned long failure = 0;  ///< OpenSSL's error
};

/// Makes text, so once a connection.
TlsFacts readTlsFacts(const ssl_st*, const TlsContext&, const HandshakeResult&);

}  // namespace spillway::net
