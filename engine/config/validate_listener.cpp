// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "engine/config/address.h"
#include "engine/config/findings.h"
#include "engine/config/security_policy_names.h"
#include "engine/config/suggestion.h"
#include "engine/config/validate_rules.h"
#include "engine/config/words.h"

namespace spillway::config {
namespace {

constexpr std::size_t kLongestName = 64;  // ours: ALB's listeners have no names

void checkListenerName(Findings& findings, const std::string& path, const std::string& name) {
  const bool printable = std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (name.size() <= kLongestName && printable) return;
  findings.error(path, name,
                 "The name of a listener has 64 characters at the most, none of them control characters.");
}

void checkCertificate(Findings& findings, const std::string& path, const Certificate& certificate) {
  if (certificate.source == Certificate::Source::LocalCa) {
    for (std::size_t i = 0; i < certificate.names.size(); ++i) {
      if (const auto problem = certificateNameProblem(certificate.names[i]); !problem.empty()) {
        findings.error(fmt::format("{}.names[{}]", path, i), certificate.names[i], problem);
      }
    }
    if (!certificate.certificateFile.empty() || !certificate.privateKeyFile.empty()) {
      findings.error(path + ".source", "local-ca", "To use PEM files, write the source \"files\".");
    }
    return;
  }
  if (certificate.certificateFile.empty()) {
    findings.error(path + ".certificateFile", "", "Name the PEM file of the certificate, leaf first.");
  }
  if (certificate.privateKeyFile.empty()) {
    findings.error(path + ".privateKeyFile", "", "Name the PEM file of the certificate's private key.");
  }
}

void checkSecurity(Findings& findings, const std::string& path, const Listener& listener) {
  if (listener.protocol == Protocol::Http) {
    if (!listener.certificates.empty()) {
      findings.error(path + ".certificates", "",
                     "An HTTP listener has no certificates: remove them or choose HTTPS.");
    }
    return;
  }
  if (std::ranges::find(kSecurityPolicyNames, listener.sslPolicy) == kSecurityPolicyNames.end()) {
    const auto hint =
        didYouMean(listener.sslPolicy, {kSecurityPolicyNames.begin(), kSecurityPolicyNames.end()});
    findings.error(path + ".sslPolicy", listener.sslPolicy,
                   "No such security policy." +
                       (hint.empty() ? fmt::format(" The usual one is {}.", kDefaultSslPolicy) : hint));
  }
  if (listener.certificates.size() != 1) {
    findings.error(
        path + ".certificates", "",
        "You must provide a list containing exactly one certificate if the listener protocol is HTTPS.");
  }
  for (std::size_t i = 0; i < listener.certificates.size(); ++i) {
    checkCertificate(findings, fmt::format("{}.certificates[{}]", path, i), listener.certificates[i]);
  }
}

/// HTTP2 and GRPC groups want HTTPS: said at the protocol, where it is put right, in ALB's words.
void checkProtocol(Findings& findings, const std::string& path, const Listener& listener,
                   const LoadBalancer& balancer, const Document& document) {
  if (listener.protocol == Protocol::Https || balancer.beyondAlb.plaintextHttp2) return;
  for (const std::string& name : targetGroupsOf(listener)) {
    const TargetGroup* group = findGroup(document, name);
    if (!group || group->protocolVersion == ProtocolVersion::Http1) continue;
    return findings.error(
        path + ".protocol", "HTTP",
        fmt::format("Listener protocol 'HTTP' is not supported with a target group with the protocol-version "
                    "'{}': choose HTTPS, or switch on beyondAlb.plaintextHttp2 (not on AWS).",
                    wordOf(group->protocolVersion)));
  }
}

}  // namespace

void checkListener(Findings& findings, const std::string& path, const Listener& listener,
                   const LoadBalancer& balancer, const Relations& relations) {
  checkListenerName(findings, path + ".name", listener.name);
  checkProtocol(findings, path, listener, balancer, relations.document);
  if (listener.port == 0) {
    findings.warning(path + ".port", "0", "Port 0 takes any free port (not on AWS).");
  } else {
    checkRange(findings, path + ".port", listener.port, kPorts, "A port");
  }
  checkSecurity(findings, path, listener);
  const RuleScope scope{listener, balancer, relations};
  checkActions(findings, path + ".defaultActions", listener.defaultActions, scope);
  checkRules(findings, path, scope);
}

}  // namespace spillway::config
