// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/load_balancer_draft.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "engine/config/validate.h"

namespace spillway::ui {

namespace {

constexpr std::size_t kLongestName = 32;
constexpr std::uint32_t kFirstListenerPort = 50051;
constexpr std::uint32_t kTargetPort = 50061;

template <class Objects>
bool isNameTaken(const Objects& objects, const std::string& name) {
  return std::any_of(objects.begin(), objects.end(), [&](const auto& object) { return object.name == name; });
}

template <class Objects>
std::string uniqueName(const Objects& objects, const std::string& name) {
  std::string unique = name;
  for (int number = 2; isNameTaken(objects, unique); ++number)
    unique = name + "-" + std::to_string(number);
  return unique;
}

std::string groupNameFor(const std::string& balancer) {
  constexpr std::string_view suffix = "-targets";
  std::string name = balancer.substr(0, kLongestName - suffix.size());
  while (!name.empty() && name.back() == '-')
    name.pop_back();
  return name.append(suffix);
}

std::uint32_t nextFreePort(const config::Document& document, const config::LoadBalancer& draft) {
  std::set<std::uint32_t> used;
  for (const auto& balancer : document.loadBalancers)
    for (const auto& listener : balancer.listeners)
      used.insert(listener.port);
  for (const auto& listener : draft.listeners)
    used.insert(listener.port);
  std::uint32_t port = kFirstListenerPort;
  while (used.contains(port))
    ++port;
  return port;
}

/// The certificate without what was typed for the other source.
config::Certificate usedPart(config::Certificate certificate) {
  if (certificate.source == config::Certificate::Source::Files) {
    certificate.names.clear();
  } else {
    certificate.certificateFile.clear();
    certificate.privateKeyFile.clear();
  }
  return certificate;
}

/// Consumes "prefix[index]" from the front of `path`; false leaves it alone.
bool takeIndexed(std::string& path, const std::string& prefix, std::size_t index) {
  const std::string front = prefix + "[" + std::to_string(index) + "]";
  if (!path.starts_with(front) || (path.size() > front.size() && path[front.size()] != '.')) return false;
  path.erase(0, front.size());
  return true;
}

/// ".names[1]" of ".listeners[0].certificates[0].names[1]".
std::string afterCertificates(const std::string& path) {
  const auto field = path.find('.', path.find(".certificates") + 1);
  return field == std::string::npos ? std::string() : path.substr(field);
}

}  // namespace

void LoadBalancerDraft::rename(const std::string& name) {
  if (targetGroup.name == groupNameFor(loadBalancer.name)) targetGroup.name = groupNameFor(name);
  loadBalancer.name = name;
}

void LoadBalancerDraft::useTargetProtocol(config::Protocol protocol) {
  if (targetGroup.healthCheck.protocol == targetGroup.protocol) targetGroup.healthCheck.protocol = protocol;
  targetGroup.protocol = protocol;
}

bool LoadBalancerDraft::useProtocolVersion(config::ProtocolVersion version) {
  auto& check = targetGroup.healthCheck;
  const auto before = check;
  targetGroup.protocolVersion = version;
  check.path = version == config::ProtocolVersion::Grpc ? config::kDefaultGrpcHealthPath : "/";
  check.matcher = {};
  return check != before;
}

bool LoadBalancerDraft::needsHttps(const config::Listener& listener) const {
  return listener.protocol == config::Protocol::Http && !loadBalancer.beyondAlb.plaintextHttp2 &&
         targetGroup.protocolVersion != config::ProtocolVersion::Http1;
}

void LoadBalancerDraft::addListener(const config::Document& document) {
  config::Listener listener;
  listener.port = nextFreePort(document, loadBalancer);
  loadBalancer.listeners.push_back(std::move(listener));
}

LoadBalancerDraft defaultDraft(const config::Document& document) {
  LoadBalancerDraft draft;
  draft.loadBalancer.name = uniqueName(document.loadBalancers, "my-balancer");
  draft.targetGroup.name = uniqueName(document.targetGroups, groupNameFor(draft.loadBalancer.name));
  draft.targetGroup.port = kTargetPort;
  draft.addListener(document);
  return draft;
}

config::Document merged(const config::Document& document, const LoadBalancerDraft& draft) {
  config::Document whole = document;
  config::LoadBalancer balancer = draft.loadBalancer;
  for (auto& listener : balancer.listeners) {
    listener.defaultActions = {config::forwardTo(draft.targetGroup.name)};
    if (listener.protocol != config::Protocol::Https) continue;
    listener.sslPolicy = draft.sslPolicy;
    listener.certificates = {usedPart(draft.certificate)};
  }
  whole.loadBalancers.push_back(std::move(balancer));
  whole.targetGroups.push_back(draft.targetGroup);
  return whole;
}

std::string draftPath(const std::string& path, const config::Document& document) {
  std::string rest = path;
  if (takeIndexed(rest, "loadBalancers", document.loadBalancers.size())) {
    // TLS settings are one thing for all listeners of the draft.
    if (pathMatches(".listeners[].sslPolicy", rest)) return "loadBalancer.sslPolicy";
    if (pathMatches(".listeners[].certificates", rest))
      return "loadBalancer.certificate" + afterCertificates(rest);
    return "loadBalancer" + rest;
  }
  if (takeIndexed(rest, "targetGroups", document.targetGroups.size())) return "targetGroup" + rest;
  return path;
}

std::vector<config::Issue> draftIssues(const config::Document& document, const LoadBalancerDraft& draft) {
  const auto before = config::validate(document);
  std::vector<config::Issue> issues;
  for (auto& issue : config::validate(merged(document, draft))) {
    if (std::find(before.begin(), before.end(), issue) != before.end()) continue;
    issue.path = draftPath(issue.path, document);
    if (std::find(issues.begin(), issues.end(), issue) == issues.end()) issues.push_back(std::move(issue));
  }
  return issues;
}

bool pathMatches(const std::string& pattern, const std::string& path) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (at >= path.size() || path[at] != pattern[i]) return false;
    ++at;
    if (pattern.compare(i, 2, "[]") != 0) continue;
    while (at < path.size() && std::isdigit(static_cast<unsigned char>(path[at])))
      ++at;
  }
  return at == path.size() || path[at] == '.' || path[at] == '[';
}

bool usesHttps(const LoadBalancerDraft& draft) {
  const auto& listeners = draft.loadBalancer.listeners;
  return std::any_of(listeners.begin(), listeners.end(),
                     [](const auto& listener) { return listener.protocol == config::Protocol::Https; });
}

const char* protocolWord(config::Protocol protocol) {
  return protocol == config::Protocol::Https ? "HTTPS" : "HTTP";
}

const char* versionWord(config::ProtocolVersion version) {
  switch (version) {
    case config::ProtocolVersion::Http1:
      return "HTTP/1.1";
    case config::ProtocolVersion::Http2:
      return "HTTP/2";
    case config::ProtocolVersion::Grpc:
      break;
  }
  return "gRPC";
}

std::string targetText(const config::Target& target) {
  const bool isIpv6 = target.id.find(':') != std::string::npos;
  return (isIpv6 ? "[" + target.id + "]" : target.id) + ":" + std::to_string(target.port);
}

std::vector<std::string> draftTree(const LoadBalancerDraft& draft) {
  std::vector<std::string> lines;
  const auto& group = draft.targetGroup;
  for (const auto& listener : draft.loadBalancer.listeners) {
    lines.push_back(std::string(protocolWord(listener.protocol)) + " :" + std::to_string(listener.port));
    lines.push_back("└ default → " + group.name + " (" + versionWord(group.protocolVersion) + ")");
  }
  for (const auto& target : group.targets) {
    const bool isLast = &target == &group.targets.back();
    lines.push_back(std::string(isLast ? "   └ " : "   ├ ") + targetText(target));
  }
  if (group.targets.empty()) lines.push_back("   └ no targets yet");
  return lines;
}

}  // namespace spillway::ui
