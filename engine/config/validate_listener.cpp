// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "engine/config/findings.h"
#include "engine/config/suggestion.h"
#include "engine/config/words.h"

namespace spillway::config {
namespace {

constexpr std::size_t kLongestName = 64;  // ours: ALB's listeners have no names

const TargetGroup* findGroup(const Document& document, const std::string& name) {
  const auto found = std::ranges::find(document.targetGroups, name, &TargetGroup::name);
  return found == document.targetGroups.end() ? nullptr : &*found;
}

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
    findings.error(
        path + ".protocol", "HTTP",
        fmt::format("Listener protocol 'HTTP' is not supported with a target group with the protocol-version "
                    "'{}': choose HTTPS, or switch on beyondAlb.plaintextHttp2 (not on AWS).",
                    wordOf(group->protocolVersion)));
  }
}

void checkForward(Findings& findings, const std::string& path, const Action& action,
                  const LoadBalancer& balancer, const Relations& relations) {
  const std::string name = action.targetGroups.empty() ? "" : action.targetGroups.front().targetGroup;
  if (name.empty()) {
    findings.error(path + ".targetGroup", "", "Name the target group to forward to.");
  } else if (!findGroup(relations.document, name)) {
    std::string hint = didYouMean(name, relations.groupNames);
    if (hint.empty() && !relations.groupNames.empty())
      hint = fmt::format(" There is {}.", anyOf(relations.groupNames));
    findings.error(path + ".targetGroup", name, "There is no target group of this name." + hint);
  } else if (const LoadBalancer* user = relations.userOfGroup.at(name); user != &balancer) {
    findings.error(
        path + ".targetGroup", name,
        fmt::format("Load balancer \"{}\" uses this target group already, and a group belongs to one load "
                    "balancer: make another group for this one.",
                    user->name));
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
  if (listener.defaultActions.size() != 1) {
    findings.error(path + ".defaultActions", "",
                   "A listener has exactly one default action: forward to a target group.");
  }
  for (std::size_t i = 0; i < listener.defaultActions.size(); ++i) {
    checkForward(findings, fmt::format("{}.defaultActions[{}]", path, i), listener.defaultActions[i],
                 balancer, relations);
  }
}

}  // namespace spillway::config
