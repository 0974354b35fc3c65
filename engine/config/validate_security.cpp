// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "engine/config/address.h"
#include "engine/config/findings.h"
#include "engine/config/security_policy_names.h"
#include "engine/config/suggestion.h"
#include "engine/config/words.h"

namespace spillway::config {
namespace {

constexpr std::size_t kMostCertificates = 26;     // ALB: the default one and 25 more
constexpr std::size_t kMostRevocationFiles = 30;  // ALB, per trust store
constexpr std::size_t kMostTrustStores = 20;      // ALB, per account
constexpr std::size_t kMostVerifyListeners = 2;   // ALB, per load balancer

void checkPolicy(Findings& findings, const std::string& path, const std::string& policy) {
  if (const auto standIn = standInForFips(policy); !standIn.empty()) {
    findings.warning(path, policy,
                     fmt::format("Spillway has no FIPS module: {} stands in for this policy.", standIn));
    return;
  }
  if (std::ranges::find(kSecurityPolicyNames, policy) != kSecurityPolicyNames.end()) return;
  std::vector<std::string_view> known{kSecurityPolicyNames.begin(), kSecurityPolicyNames.end()};
  for (const auto& fips : kFipsPolicyNames)
    known.push_back(fips.name);
  const auto hint = didYouMean(policy, known);
  findings.error(path, policy,
                 "No such security policy." +
                     (hint.empty() ? fmt::format(" The usual one is {}.", kDefaultSslPolicy) : hint));
}

void checkLocalCa(Findings& findings, const std::string& path, const Certificate& certificate) {
  for (std::size_t i = 0; i < certificate.names.size(); ++i) {
    if (const auto problem = certificateNameProblem(certificate.names[i]); !problem.empty()) {
      findings.error(fmt::format("{}.names[{}]", path, i), certificate.names[i], problem);
    }
  }
  if (!certificate.certificateFile.empty() || !certificate.privateKeyFile.empty()) {
    findings.error(path + ".source", "local-ca", "To use PEM files, write the source \"files\".");
  }
}

void checkCertificate(Findings& findings, const std::string& path, const Certificate& certificate) {
  using Source = Certificate::Source;
  if (certificate.source == Source::LocalCa) return checkLocalCa(findings, path, certificate);
  const bool isPem = certificate.source == Source::Files;
  if (certificate.certificateFile.empty()) {
    findings.error(path + ".certificateFile", "",
                   isPem ? "Name the PEM file of the certificate, leaf first."
                         : "Name the PKCS#12 file (.p12 or .pfx).");
  }
  if (isPem && certificate.privateKeyFile.empty()) {
    findings.error(path + ".privateKeyFile", "", "Name the PEM file of the certificate's private key.");
  }
  if (!isPem && !certificate.privateKeyFile.empty()) {
    findings.error(path + ".privateKeyFile", certificate.privateKeyFile,
                   "A PKCS#12 file holds its key: remove this, or write the source \"files\".");
  }
}

void checkCertificates(Findings& findings, const std::string& path,
                       const std::vector<Certificate>& certificates) {
  if (certificates.empty()) {
    findings.error(
        path, "",
        "You must provide a list containing exactly one certificate if the listener protocol is HTTPS.");
  }
  if (certificates.size() > kMostCertificates) {
    findings.error(path, std::to_string(certificates.size()),
                   "A listener has at most 26 certificates: the default one and 25 chosen by SNI.");
  }
  for (std::size_t i = 0; i < certificates.size(); ++i)
    checkCertificate(findings, fmt::format("{}[{}]", path, i), certificates[i]);
}

void checkTrustStoreName(Findings& findings, const std::string& path, const std::string& name,
                         const std::vector<TrustStore>& stores) {
  if (name.empty()) {
    findings.error(path, "", "Name the trust store against which clients are verified.");
    return;
  }
  std::vector<std::string_view> names;
  names.reserve(stores.size());
  for (const auto& store : stores)
    names.push_back(store.name);
  if (std::ranges::find(names, name) != names.end()) return;
  std::string hint = didYouMean(name, names);
  if (hint.empty() && !names.empty()) hint = fmt::format(" There is {}.", anyOf(names));
  findings.error(path, name, "There is no trust store of this name." + hint);
}

void checkMutual(Findings& findings, const std::string& path, const MutualAuthentication& mutual,
                 const Document& document) {
  if (mutual.mode == MutualAuthentication::Mode::Verify)
    return checkTrustStoreName(findings, path + ".trustStore", mutual.trustStore, document.trustStores);
  const auto unused = [&](const char* field, std::string value) {
    findings.warning(path + field, std::move(value), "This counts only with the mode \"verify\".");
  };
  if (!mutual.trustStore.empty()) unused(".trustStore", mutual.trustStore);
  if (mutual.ignoreClientCertificateExpiry) unused(".ignoreClientCertificateExpiry", "true");
  if (mutual.advertiseTrustStoreCaNames) unused(".advertiseTrustStoreCaNames", "true");
}

void checkTrustStore(Findings& findings, const std::string& path, const TrustStore& store) {
  checkName(findings, path + ".name", store.name, "trust store");
  if (store.caCertificatesFile.empty())
    findings.error(path + ".caCertificatesFile", "", "Name the PEM file with the CA certificates.");
  for (std::size_t i = 0; i < store.revocationFiles.size(); ++i) {
    if (store.revocationFiles[i].empty())
      findings.error(fmt::format("{}.revocationFiles[{}]", path, i), "",
                     "Name the PEM file with a revocation list, or remove this.");
  }
  if (store.revocationFiles.size() > kMostRevocationFiles) {
    findings.error(path + ".revocationFiles", std::to_string(store.revocationFiles.size()),
                   "A trust store has at most 30 revocation files.");
  }
}

/// Said at each listener that is one too many.
void checkVerifyListeners(Findings& findings, const std::string& path, const LoadBalancer& balancer) {
  std::size_t verifying = 0;
  for (std::size_t i = 0; i < balancer.listeners.size(); ++i) {
    if (balancer.listeners[i].mutualAuthentication.mode != MutualAuthentication::Mode::Verify) continue;
    if (++verifying <= kMostVerifyListeners) continue;
    findings.error(fmt::format("{}.listeners[{}].mutualAuthentication.mode", path, i), "verify",
                   "A load balancer has at most 2 listeners with the mode \"verify\".");
  }
}

}  // namespace

void checkSecurity(Findings& findings, const std::string& path, const Listener& listener,
                   const Document& document) {
  if (listener.protocol == Protocol::Https) {
    checkPolicy(findings, path + ".sslPolicy", listener.sslPolicy);
    checkCertificates(findings, path + ".certificates", listener.certificates);
    checkMutual(findings, path + ".mutualAuthentication", listener.mutualAuthentication, document);
    return;
  }
  if (!listener.certificates.empty()) {
    findings.error(path + ".certificates", "",
                   "An HTTP listener has no certificates: remove them or choose HTTPS.");
  }
  if (listener.mutualAuthentication.mode != MutualAuthentication::Mode::Off) {
    findings.error(path + ".mutualAuthentication.mode",
                   std::string(wordOf(listener.mutualAuthentication.mode)),
                   "Only an HTTPS listener can ask clients for certificates: choose HTTPS, or \"off\".");
  }
}

void checkSecurityFiles(Findings& findings, const Document& document) {
  for (std::size_t i = 0; i < document.loadBalancers.size(); ++i)
    checkVerifyListeners(findings, fmt::format("loadBalancers[{}]", i), document.loadBalancers[i]);
  if (document.trustStores.size() > kMostTrustStores) {
    findings.error("trustStores", std::to_string(document.trustStores.size()),
                   "There are at most 20 trust stores.");
  }
  Holders<std::string> names;
  for (std::size_t i = 0; i < document.trustStores.size(); ++i) {
    const TrustStore& store = document.trustStores[i];
    const std::string path = fmt::format("trustStores[{}]", i);
    const auto first = store.name.empty() ? std::string() : names.claim(store.name, path);
    if (!first.empty()) {
      findings.error(path + ".name", store.name,
                     fmt::format("This name is taken by {}: choose another.", first));
    }
    checkTrustStore(findings, path, store);
  }
  if (const auto& file = document.monitoring.tlsKeyLogFile; !file.empty()) {
    findings.warning("monitoring.tlsKeyLogFile", file,
                     "Whoever reads this file can read all TLS traffic: only for debugging (not on AWS).");
  }
}

}  // namespace spillway::config
