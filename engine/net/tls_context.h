// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"

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
const SecurityPolicy* findSecurityPolicy(const std::string& name);

/// An immutable OpenSSL SSL_CTX; shared by snapshots and connections.
class TlsContext {
 public:
  /// Server side: ALPN h2 and http/1.1 (h2 preferred), server's cipher order, no 0-RTT. Errors: key does not
  /// fit the certificate, text that is no PEM, … each one clear sentence.
  static Result<std::shared_ptr<const TlsContext>> server(const std::string& certificatePem,
                                                          const std::string& privateKeyPem,
                                                          const SecurityPolicy&);
  /// Client side, to targets: ALPN h2. Not verifying, as ALB; or verifying against the system's store and
  /// `caFile`.
  enum class Verify : bool { No, Yes };
  static Result<std::shared_ptr<const TlsContext>> client(Verify, const std::string& caFile);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ssl_ctx_st* native() const { return context_; }
  /// SHA-256 fingerprint of the server certificate (hex), for the access log's chosen certificate; "" for
  /// clients.
  const std::string& certificateId() const { return certificateId_; }

 private:
  TlsContext() = default;
  ssl_ctx_st* context_ = nullptr;
  std::string certificateId_;
};

}  // namespace spillway::net
