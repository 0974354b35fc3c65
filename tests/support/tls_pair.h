// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/net/tls_context.h"
#include "engine/net/tls_facts.h"
#include "engine/pki/local_ca.h"

struct ssl_session_st;

namespace spillway::test {

/// How the client of a handshake behaves.
struct ClientHello {
  std::string serverName;
  int lowest = 0x0301, highest = 0x0304;             ///< TLS 1.0 to 1.3
  std::string ciphers = "ALL:@SECLEVEL=0";           ///< TLS 1.2 and older
  std::string signatures;                            ///< "ECDSA+SHA256:RSA+SHA256"; "" = OpenSSL's own
  std::string protocols;                             ///< ALPN in wire format
  const pki::IssuedCertificate* identity = nullptr;  ///< the client's certificate, with its chain
  ssl_session_st* session = nullptr;                 ///< to be resumed
};

struct HandshakeOutcome {
  bool serverReady = false;          ///< onReady() came
  net::TlsFacts facts;               ///< the server's
  std::string serverError;           ///< onClosed() before onReady()
  std::string clientError;           ///< OpenSSL's reason at the client
  std::string version, cipher;       ///< as the client saw them
  std::string peerId;                ///< fingerprint of the server's certificate
  std::vector<std::string> caNames;  ///< subjects that the server asked for
  bool wasAsked = false;             ///< the server asked for a certificate
  bool reused = false;
  std::shared_ptr<ssl_session_st> session;  ///< what the client may resume; null: none was given
};

/// A real handshake over a socket pair: Transport here, an OpenSSL client on another thread.
HandshakeOutcome shakeHands(const std::shared_ptr<const net::TlsContext>& server, const ClientHello& client);

}  // namespace spillway::test
