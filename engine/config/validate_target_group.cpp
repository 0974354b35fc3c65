// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/config/address.h"
#include "engine/config/findings.h"

namespace spillway::config {
namespace {

std::string lowerCase(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string addressAndPort(const Target& target) {
  const bool ipv6 = addressKind(target.id) == AddressKind::Ipv6;
  return ipv6 ? fmt::format("[{}]:{}", target.id, target.port) : fmt::format("{}:{}", target.id, target.port);
}

/// Whether a connection to `host` arrives at a listener of this load balancer (were the port the same).
bool reaches(const std::string& host, const LoadBalancer& balancer) {
  if (host == "localhost" || host == "127.0.0.1") return true;
  if (host == "::1") return balancer.ipAddressType == IpAddressType::Dualstack;
  const bool otherLoopback = host.starts_with("127.") && addressKind(host) == AddressKind::Ipv4;
  return otherLoopback && balancer.scheme == Scheme::InternetFacing;
}

bool isOwnListener(const Target& target, const Document& document) {
  const std::string host = lowerCase(target.id);
  return std::ranges::any_of(document.loadBalancers, [&](const LoadBalancer& balancer) {
    return reaches(host, balancer) && std::ranges::any_of(balancer.listeners, [&](const Listener& listener) {
             return listener.port == target.port;
           });
  });
}

void checkTarget(Findings& findings, const std::string& path, const Target& target, const TargetGroup& group,
                 const Relations& relations) {
  if (const auto problem = targetIdProblem(target.id); !problem.empty()) {
    findings.error(path + ".id", target.id, problem);
  }
  // A target without a port has its group's: one wrong port is one issue.
  if (target.port != group.port) checkRange(findings, path + ".port", target.port, kPorts, "A port");
  if (kPorts.contains(target.port) && isOwnListener(target, relations.document)) {
    findings.error(path + ".id", addressAndPort(target),
                   fmt::format("This is {}: calls would loop. Name the address of a server.",
                               relations.listenerPorts.holderOf(target.port)));
  }
}

void checkTargets(Findings& findings, const std::string& path, const TargetGroup& group,
                  const Relations& relations) {
  Holders<std::string> addresses;
  for (std::size_t i = 0; i < group.targets.size(); ++i) {
    const Target& target = group.targets[i];
    const std::string targetPath = fmt::format("{}[{}]", path, i);
    checkTarget(findings, targetPath, target, group, relations);
    const std::string address = addressAndPort(target);
    if (const auto first = addresses.claim(lowerCase(address), fmt::format("targets[{}]", i));
        !first.empty()) {
      findings.error(
          targetPath + ".id", address,
          fmt::format("This target is listed twice (first as {}): remove one or change its port.", first));
    }
  }
  if (group.targets.empty()) findings.warning(path, "", "Without targets, calls get 503.");
}

}  // namespace

void checkTargetGroup(Findings& findings, const std::string& path, const TargetGroup& group,
                      const Relations& relations) {
  const auto user = relations.userOfGroup.find(group.name);
  const bool used = user != relations.userOfGroup.end();
  checkName(findings, path + ".name", group.name, "target group");
  if (!used && !group.name.empty()) {
    findings.warning(path + ".name", group.name,
                     "No listener forwards to this target group: its targets stay unused.");
  }
  checkRange(findings, path + ".port", group.port, kPorts, "A port");
  checkHealthCheck(findings, path, group, used ? user->second : nullptr);
  checkGroupAttributes(findings, path + ".attributes", group.attributes);
  checkTargets(findings, path + ".targets", group, relations);
}

}  // namespace spillway::config
