// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace spillway::net {

/// Mutual TLS of a listener (alb-behaviour §1.5).
struct ClientAuthentication {
  enum class Mode : unsigned char {
    Off,
    Passthrough,  ///< asks for a certificate, takes any and none
    Verify        ///< no connection without a certificate that the trust store vouches for
  };
  Mode mode = Mode::Off;
  std::string caCertificatesPem;                ///< Verify: one or more
  std::vector<std::string> revocationListsPem;  ///< Verify: PEM text with one or more lists each
  bool ignoreExpiry = false;                    ///< Verify: of the client's own certificate
  bool advertiseCaNames = false;                ///< Verify: say whose certificates are wanted
};

/// What a client's certificate says, ready for headers and logs.
struct ClientCertificate {
  std::string subject, issuer;  ///< RFC 2253, ASCII
  std::string serial;           ///< "0A1B2C"
  std::string validity;         ///< "NotBefore=…Z;NotAfter=…Z"
  std::string leafPem;
  std::string chainPem;     ///< leaf first, as the client sent it
  bool isVerified = false;  ///< mode Verify judged it; false: nobody did (passthrough)
};

/// Makes the connections of a server context ask for and judge certificates; switches resumption off where
/// they do. The error is one sentence.
Result<void> installClientAuthentication(ssl_ctx_st*, const ClientAuthentication&);

/// The client's certificate, also one that was refused; null without one. Call once a connection: it makes
/// text.
std::shared_ptr<const ClientCertificate> readClientCertificate(const ssl_st*);

/// ALB's code for a handshake that failed, "ClientCertExpired" … (§7.7). `reason`: OpenSSL's error, 0 = none.
const char* failureCode(const ssl_st*, unsigned long reason);

}  // namespace spillway::net
