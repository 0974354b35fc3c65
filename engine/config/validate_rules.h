// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/config/findings.h"

/// Inside of validate(): the checks of a listener's rules and actions (alb-behaviour §2).
namespace spillway::config {

/// What the checks of a listener's actions and rules look at beside these.
struct RuleScope {
  const Listener& listener;
  const LoadBalancer& balancer;
  const Relations& relations;
};

/// null when the document has no group of this name.
const TargetGroup* findGroup(const Document&, const std::string& name);

/// `path` is the listener's.
void checkRules(Findings&, const std::string& path, const RuleScope&);
/// `path` is that of the list of actions: the default ones or a rule's.
void checkActions(Findings&, const std::string& path, const std::vector<Action>&, const RuleScope&);
/// `path` is the rule's.
void checkConditions(Findings&, const std::string& path, const Rule&, const Document&);
/// `path` is the action's.
void checkRedirect(Findings&, const std::string& path, const Redirect&, const Listener&);
void checkJwtValidation(Findings&, const std::string& path, const JwtValidation&);

/// One sentence that says why `regex` cannot be used; "" when it can. `longest`: characters.
std::string regexProblem(const std::string& regex, std::size_t longest);

/// Whether the text has characters that nobody sees: controls, or bytes beyond ASCII.
bool hasUnprintable(const std::string& text);

}  // namespace spillway::config
