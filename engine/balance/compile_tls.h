// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/config/model.h"
#include "engine/net/tls_context.h"
#include "engine/pki/local_ca.h"

namespace spillway::balance {

/// Makes the TLS sides of a valid document: reads certificates, keys, trust stores and revocation lists,
/// issues certificates. Each file is read once. Blocks as long as that needs.
class TlsCompiler {
 public:
  /// Reads the trust stores and opens the key log. Problems go to `issues`; all three outlive this.
  TlsCompiler(const config::Document&, const std::string& dataDirectory, std::vector<config::Issue>& issues);

  /// For an HTTPS listener. Null after problems, which are said at `path`'s fields.
  std::shared_ptr<const net::TlsContext> forListener(const config::LoadBalancer&, const config::Listener&,
                                                     const std::string& path);
  /// For targets that speak this version. Null after a problem, which is said at `path`.
  std::shared_ptr<const net::TlsContext> forTargets(net::TlsContext::Verify, config::ProtocolVersion,
                                                    const std::string& path);

 private:
  struct TrustStore {
    std::string caCertificates;
    std::vector<std::string> revocationLists;
  };
  void problem(std::string path, std::string value, std::string message);
  void readTrustStore(const config::TrustStore&, const std::string& path);
  const Result<pki::LocalCa>& localCa();
  Result<pki::IssuedCertificate> read(const config::Certificate&, const std::string& path);
  Result<pki::IssuedCertificate> fromPemFiles(const config::Certificate&, const std::string& path);
  std::shared_ptr<const net::ServerCertificate> certificate(const config::Certificate&,
                                                            const std::string& path);
  net::ClientAuthentication clients(const config::MutualAuthentication&) const;

  const std::string& dataDirectory_;
  std::vector<config::Issue>& issues_;
  std::map<std::string, TrustStore> trustStores_;  ///< by name, only those that could be read whole
  std::optional<Result<pki::LocalCa>> localCa_;
  std::shared_ptr<const net::KeyLog> keyLog_;
};

}  // namespace spillway::balance
