// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/config/model.h"

namespace spillway::ui {

/// What the wizard is making: one load balancer, the target group it forwards to, and the TLS settings that
/// all its HTTPS listeners share. A plain value; nothing of it is in the document before merged().
struct LoadBalancerDraft {
  config::LoadBalancer loadBalancer;
  config::TargetGroup targetGroup;
  std::string sslPolicy = config::kDefaultSslPolicy;
  config::Certificate certificate;
  bool operator==(const LoadBalancerDraft&) const = default;

  /// Renames the balancer; the group's name follows while it is the one made from the balancer's.
  void rename(const std::string& name);
  /// Protocol to targets; the health check's protocol follows while it is the same.
  void useTargetProtocol(config::Protocol);
  /// Sets the version, and the health check's path and codes to its defaults. True when that changed any of
  /// them.
  bool useProtocolVersion(config::ProtocolVersion);
  /// Whether ALB refuses this listener for this group: HTTP/2 and gRPC need HTTPS.
  bool needsHttps(const config::Listener&) const;
  /// Adds a listener on the next port that neither the draft nor `document` uses.
  void addListener(const config::Document& document);
};

/// A gRPC balancer that works as it is once targets are added; its names and its port are free in `document`.
LoadBalancerDraft defaultDraft(const config::Document& document);

/// `document` with the draft's balancer and group at the end.
config::Document merged(const config::Document& document, const LoadBalancerDraft& draft);

/// What validate() says about the merged document, as far as the draft is the reason. Paths are the draft's:
/// "loadBalancer.name", "loadBalancer.sslPolicy", "targetGroup.targets[1].id"; a path of another object is
/// left as it is.
std::vector<config::Issue> draftIssues(const config::Document& document, const LoadBalancerDraft& draft);

/// The draft's form of a path in the merged document.
std::string draftPath(const std::string& path, const config::Document& document);

/// Whether `path` is `pattern` or lies below it; "[]" in the pattern stands for any index.
bool pathMatches(const std::string& pattern, const std::string& path);

/// Whether any listener of the draft speaks TLS.
bool usesHttps(const LoadBalancerDraft& draft);

/// "HTTPS", "gRPC", … as people read them.
const char* protocolWord(config::Protocol);
const char* versionWord(config::ProtocolVersion);

/// "127.0.0.1:50061", "[::1]:50061".
std::string targetText(const config::Target& target);

/// The balancer as a tree, one line each: listener, default action, targets.
std::vector<std::string> draftTree(const LoadBalancerDraft& draft);

}  // namespace spillway::ui
