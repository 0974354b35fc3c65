// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "engine/config/findings.h"
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
  checkSecurity(findings, path, listener, relations.document);
  checkListenerAttributes(findings, path, listener);
  const RuleScope scope{listener, balancer, relations};
  checkActions(findings, path + ".defaultActions", listener.defaultActions, scope);
  checkRules(findings, path, scope);
}

}  // namespace spillway::config
