// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/compile_tls.h"

#include <fmt/core.h>

#include "engine/pki/certificate.h"
#include "engine/pki/key_file.h"
#include "engine/pki/pkcs12.h"
#include "engine/pki/trust_store_limits.h"

namespace spillway::balance {

TlsCompiler::TlsCompiler(const config::Document& document, const std::string& dataDirectory,
                         std::vector<config::Issue>& issues)
    : dataDirectory_(dataDirectory), issues_(issues) {
  for (std::size_t i = 0; i < document.trustStores.size(); ++i)
    readTrustStore(document.trustStores[i], fmt::format("trustStores[{}]", i));
  const std::string& file = document.monitoring.tlsKeyLogFile;
  if (file.empty()) return;
  if (auto log = net::KeyLog::open(file))
    keyLog_ = std::move(*log);
  else
    problem("monitoring.tlsKeyLogFile", file, log.error().detail);
}

void TlsCompiler::problem(std::string path, std::string value, std::string message) {
  issues_.push_back({std::move(path), std::move(value), std::move(message), config::Issue::Severity::Error});
}

void TlsCompiler::readTrustStore(const config::TrustStore& settings, const std::string& path) {
  TrustStore store;
  bool good = true;
  const auto refuse = [&](const std::string& field, const std::string& value, const Error& error) {
    problem(path + field, value, error.detail);
    good = false;
  };
  const auto take = [&](Result<std::string> text, const std::string& field, const std::string& file) {
    if (text) return std::move(*text);
    refuse(field, file, text.error());
    return std::string();
  };
  store.caCertificates = take(pki::readCertificateFile(settings.caCertificatesFile), ".caCertificatesFile",
                              settings.caCertificatesFile);
  for (std::size_t i = 0; i < settings.revocationFiles.size(); ++i) {
    const std::string& file = settings.revocationFiles[i];
    store.revocationLists.push_back(
        take(pki::readRevocationFile(file), fmt::format(".revocationFiles[{}]", i), file));
  }
  if (!good) return;
  const auto& caFile = settings.caCertificatesFile;
  if (const auto few = pki::checkAuthorities(store.caCertificates, "The file " + caFile); !few)
    refuse(".caCertificatesFile", caFile, few.error());
  if (const auto few = pki::checkRevocations(store.revocationLists); !few)
    refuse(".revocationFiles", "", few.error());
  if (good) trustStores_.emplace(settings.name, std::move(store));
}

const Result<pki::LocalCa>& TlsCompiler::localCa() {
  if (!localCa_) localCa_ = pki::LocalCa::open(dataDirectory_);
  return *localCa_;
}

std::shared_ptr<const net::TlsContext> TlsCompiler::forListener(const config::LoadBalancer& balancer,
                                                                const config::Listener& listener,
                                                                const std::string& path) {
  const std::size_t before = issues_.size();
  net::ServerTls settings;
  for (std::size_t i = 0; i < listener.certificates.size(); ++i)
    settings.certificates.push_back(
        certificate(listener.certificates[i], fmt::format("{}.certificates[{}]", path, i)));
  const net::SecurityPolicy* policy = net::findSecurityPolicy(listener.sslPolicy);
  if (!policy) problem(path + ".sslPolicy", listener.sslPolicy, "This security policy is not known.");
  const auto& mutual = listener.mutualAuthentication;
  const bool needsStore = mutual.mode == config::MutualAuthentication::Mode::Verify;
  if (needsStore && !trustStores_.contains(mutual.trustStore))
    problem(path + ".mutualAuthentication.trustStore", mutual.trustStore, "This trust store cannot be read.");
  if (!policy || issues_.size() != before) return nullptr;
  settings.policy = *policy;
  settings.protocols =
      balancer.attributes.http2Enabled ? net::ServerProtocols::Http2AndHttp1 : net::ServerProtocols::Http1;
  settings.clients = clients(mutual);
  settings.keyLog = keyLog_;
  auto made = net::TlsContext::server(std::move(settings));
  if (made) return *made;
  problem(path + ".certificates[0]", listener.certificates.front().certificateFile, made.error().detail);
  return nullptr;
}

std::shared_ptr<const net::TlsContext> TlsCompiler::forTargets(net::TlsContext::Verify verify,
                                                               config::ProtocolVersion version,
                                                               const std::string& path) {
  std::string caFile;
  if (verify == net::TlsContext::Verify::Yes && localCa()) caFile = (*localCa_)->certificateFile();
  const auto protocols =
      version == config::ProtocolVersion::Http1 ? net::TargetProtocols::None : net::TargetProtocols::Http2;
  auto made = net::TlsContext::client(verify, caFile, protocols, keyLog_);
  if (made) return *made;
  problem(path, "HTTPS", made.error().detail);
  return nullptr;
}

std::shared_ptr<const net::ServerCertificate> TlsCompiler::certificate(const config::Certificate& settings,
                                                                       const std::string& path) {
  const auto pair = read(settings, path);
  if (!pair) return nullptr;
  auto made = net::ServerCertificate::make(pair->certificatePem, pair->privateKeyPem);
  if (made) return *made;
  problem(path, settings.certificateFile, made.error().detail);
  return nullptr;
}

Result<pki::IssuedCertificate> TlsCompiler::read(const config::Certificate& settings,
                                                 const std::string& path) {
  using Source = config::Certificate::Source;
  if (settings.source == Source::Files) return fromPemFiles(settings, path);
  auto result = settings.source == Source::Pkcs12
                    ? pki::readPkcs12File(settings.certificateFile, settings.passwordFile)
                    : localCa().and_then([&](const auto& ca) { return ca.issueOnce(settings.names); });
  const bool fromFile = settings.source == Source::Pkcs12;
  if (!result)
    problem(fromFile ? path + ".certificateFile" : path, settings.certificateFile, result.error().detail);
  return result;
}

Result<pki::IssuedCertificate> TlsCompiler::fromPemFiles(const config::Certificate& settings,
                                                         const std::string& path) {
  auto chain = pki::readCertificateFile(settings.certificateFile);
  if (!chain) problem(path + ".certificateFile", settings.certificateFile, chain.error().detail);
  auto key = pki::readPrivateKeyFile(settings.privateKeyFile);
  if (!key) problem(path + ".privateKeyFile", settings.privateKeyFile, key.error().detail);
  if (!chain) return failure(chain.error());
  if (!key) return failure(key.error());
  if (auto fits = pki::checkKeyMatches(*chain, *key); !fits) {
    problem(path + ".privateKeyFile", settings.privateKeyFile, fits.error().detail);
    return failure(fits.error());
  }
  return pki::IssuedCertificate{*chain, *key};
}

net::ClientAuthentication TlsCompiler::clients(const config::MutualAuthentication& settings) const {
  using Mode = config::MutualAuthentication::Mode;
  net::ClientAuthentication result;
  if (settings.mode == Mode::Passthrough) result.mode = net::ClientAuthentication::Mode::Passthrough;
  if (settings.mode != Mode::Verify) return result;
  const TrustStore& store = trustStores_.at(settings.trustStore);
  result.mode = net::ClientAuthentication::Mode::Verify;
  result.caCertificatesPem = store.caCertificates;
  result.revocationListsPem = store.revocationLists;
  result.ignoreExpiry = settings.ignoreClientCertificateExpiry;
  result.advertiseCaNames = settings.advertiseTrustStoreCaNames;
  return result;
}

}  // namespace spillway::balance
