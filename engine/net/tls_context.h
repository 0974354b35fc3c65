// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/net/client_authentication.h"
#include "engine/net/key_log.h"
#include "engine/net/server_certificate.h"

struct ssl_ctx_st;

namespace spillway::net {

/// Versions and ciphers of an ALB security policy.
struct SecurityPolicy {
  std::string name;
  std::string minimumVersion;  ///< "TLSv1.2"
  std::string maximumVersion;  ///< "TLSv1.3"
  std::string ciphers;         ///< OpenSSL cipher list for TLS 1.2 and older, in server order
};
/// All policies this build knows, by ALB's names (User Guide "Security policies"); the console's default
/// first.
const std::vector<SecurityPolicy>& securityPolicies();
/// Also by the name of a FIPS policy, which gives the one that stands in for it; null for unknown names.
const SecurityPolicy* findSecurityPolicy(const std::string& name);

/// What clients are offered by ALPN, in order of preference.
enum class ServerProtocols : bool { Http1, Http2AndHttp1 };
/// What targets are offered by ALPN.
enum class TargetProtocols : bool { None, Http2 };

/// The TLS side of a listener.
struct ServerTls {
  ServerCertificates certificates;  ///< at least one: the default; the others by SNI
  SecurityPolicy policy;
  ServerProtocols protocols = ServerProtocols::Http2AndHttp1;
  ClientAuthentication clients;
  std::shared_ptr<const KeyLog> keyLog;  ///< null: off
};

/// An immutable OpenSSL SSL_CTX; shared by snapshots and connections, so that sessions and ticket keys are
/// those of all workers.
class TlsContext {
 public:
  /// Server side: ALPN, server's cipher order, resumption but with mutual TLS, no 0-RTT, no renegotiation.
  /// Errors are one clear sentence. The default certificate is one of those chosen by SNI, as AWS' console
  /// has it.
  static Result<std::shared_ptr<const TlsContext>> server(ServerTls);
  /// The same for one certificate and clients that stay unknown.
  static Result<std::shared_ptr<const TlsContext>> server(const std::string& certificatePem,
                                                          const std::string& privateKeyPem,
                                                          const SecurityPolicy&);
  /// Client side, to targets. Not verifying, as ALB: TLS 1.0-1.3 with any cipher; or TLS 1.2 and 1.3,
  /// verifying against the system's store and `caFile`.
  enum class Verify : bool { No, Yes };
  static Result<std::shared_ptr<const TlsContext>> client(Verify, const std::string& caFile,
                                                          TargetProtocols = TargetProtocols::Http2,
                                                          std::shared_ptr<const KeyLog> = nullptr);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ssl_ctx_st* native() const { return context_; }
  /// The default first; none for clients.
  const ServerCertificates& certificates() const { return certificates_; }
  /// SHA-256 fingerprint of the default certificate (hex); "" for clients. What a connection got is in its
  /// TlsFacts.
  std::string certificateId() const { return certificates_.empty() ? "" : certificates_.front()->id(); }

 private:
  TlsContext() = default;
  void useKeyLog(std::shared_ptr<const KeyLog>);
  ssl_ctx_st* context_ = nullptr;
  ServerCertificates certificates_;
  std::shared_ptr<const KeyLog> keyLog_;
};

}  // namespace spillway::net
