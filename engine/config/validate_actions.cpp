// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/config/suggestion.h"
#include "engine/config/validate_rules.h"
#include "engine/config/words.h"

/// The actions of a rule or a listener (alb-behaviour §2.5-2.11).
namespace spillway::config {
namespace {

constexpr std::size_t kMostGroups = 5, kLongestBody = 1024;
constexpr std::array<std::string_view, 5> kContentTypes{"text/plain", "text/css", "text/html",
                                                        "application/javascript", "application/json"};

bool isRouting(const Action& action) {
  return action.type == ActionType::Forward || action.type == ActionType::Redirect ||
         action.type == ActionType::FixedResponse;
}

/// UTF-8: bytes that do not continue a character.
std::size_t countCharacters(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string groupProblem(const std::string& name, const RuleScope& scope) {
  const Relations& relations = scope.relations;
  if (name.empty()) return "Name the target group to forward to.";
  if (!findGroup(relations.document, name)) {
    std::string hint = didYouMean(name, relations.groupNames);
    if (hint.empty() && !relations.groupNames.empty())
      hint = fmt::format(" There is {}.", anyOf(relations.groupNames));
    return "There is no target group of this name." + hint;
  }
  const LoadBalancer* user = relations.userOfGroup.at(name);
  if (user == &scope.balancer) return "";
  return fmt::format(
      "Load balancer \"{}\" uses this target group already, and a group belongs to one load balancer: make "
      "another group for this one.",
      user->name);
}

void checkWeights(Findings& findings, const std::string& path, const Action& action) {
  const auto& groups = action.targetGroups;
  for (std::size_t i = 0; i < groups.size(); ++i)
    checkRange(findings, fmt::format("{}.targetGroups[{}].weight", path, i), groups[i].weight, {0, 999},
               "A weight");
  const bool allZero = std::ranges::all_of(groups, [](const auto& group) { return group.weight == 0; });
  if (!groups.empty() && allZero)
    findings.warning(path + ".targetGroups", "0", "All weights are 0: requests get 503.");
}

void checkGroupStickiness(Findings& findings, const std::string& path, const Action& action,
                          const Document& document) {
  checkRange(findings, path + ".targetGroupStickiness.durationSeconds",
             action.targetGroupStickiness.durationSeconds, {1, 604800},
             "A duration of group stickiness (seconds)");
  if (action.targetGroups.size() < 2 || action.targetGroupStickiness.enabled) return;
  const auto sticky = std::ranges::find_if(action.targetGroups, [&](const auto& wanted) {
    const TargetGroup* group = findGroup(document, wanted.targetGroup);
    return group != nullptr && group->attributes.stickiness.enabled;
  });
  if (sticky == action.targetGroups.end()) return;
  findings.error(path + ".targetGroupStickiness.enabled", "false",
                 fmt::format("Target group \"{}\" has stickiness: switch group stickiness on too, or clients "
                             "change between the groups.",
                             sticky->targetGroup));
}

void checkForward(Findings& findings, const std::string& path, const Action& action, const RuleScope& scope) {
  const auto& groups = action.targetGroups;
  // As the file writes it: one group that has no weight of its own goes by "targetGroup".
  if (groups.empty()) findings.error(path + ".targetGroup", "", groupProblem("", scope));
  const bool isShort = groups.size() == 1 && groups.front().weight == 1;
  if (groups.size() > kMostGroups) {
    findings.error(path + ".targetGroups", std::to_string(groups.size()),
                   "A forward action has 5 target groups at the most.");
  }
  Holders<std::string> names;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string& name = groups[i].targetGroup;
    const std::string groupPath =
        path + (isShort ? ".targetGroup" : fmt::format(".targetGroups[{}].targetGroup", i));
    const auto first = name.empty() ? std::string() : names.claim(name, fmt::format("targetGroups[{}]", i));
    const std::string problem =
        first.empty() ? groupProblem(name, scope)
                      : fmt::format("This group is listed already ({}): give that one the weight.", first);
    if (!problem.empty()) findings.error(groupPath, name, problem);
  }
  checkWeights(findings, path, action);
  checkGroupStickiness(findings, path, action, scope.relations.document);
}

void checkFixedResponse(Findings& findings, const std::string& path, const FixedResponse& response) {
  const std::uint32_t kind = response.statusCode / 100;
  if (kind != 2 && kind != 4 && kind != 5) {
    findings.error(path + ".statusCode", std::to_string(response.statusCode),
                   "The status of a fixed response is 2xx, 4xx or 5xx.");
  }
  if (std::ranges::find(kContentTypes, response.contentType) == kContentTypes.end()) {
    findings.error(path + ".contentType", response.contentType,
                   fmt::format("The content type of a fixed response is {}.",
                               anyOf({kContentTypes.begin(), kContentTypes.end()})));
  }
  if (const std::size_t length = countCharacters(response.messageBody); length > kLongestBody) {
    findings.error(path + ".messageBody", fmt::format("{} characters", length),
                   "The body of a fixed response has 1024 characters at the most.");
  }
}

void checkAction(Findings& findings, const std::string& path, const Action& action, const RuleScope& scope) {
  switch (action.type) {
    case ActionType::Forward:
      return checkForward(findings, path, action, scope);
    case ActionType::Redirect:
      return checkRedirect(findings, path, action.redirect, scope.listener);
    case ActionType::FixedResponse:
      return checkFixedResponse(findings, path, action.fixedResponse);
    case ActionType::JwtValidation:
      if (scope.listener.protocol == Protocol::Http) {
        findings.error(path + ".type", "jwt-validation",
                       "Tokens are validated on HTTPS listeners only: choose HTTPS or remove this action.");
      }
      return checkJwtValidation(findings, path, action.jwtValidation);
    case ActionType::AuthenticateOidc:
    case ActionType::AuthenticateCognito:
      return findings.error(path + ".type", std::string(wordOf(action.type)),
                            fmt::format("Signing users in with {} is not supported yet: remove this action; "
                                        "tokens of programs can be checked by jwt-validation.",
                                        action.type == ActionType::AuthenticateOidc ? "OIDC" : "Cognito"));
  }
}

}  // namespace

void checkActions(Findings& findings, const std::string& path, const std::vector<Action>& actions,
                  const RuleScope& scope) {
  const auto routing = std::ranges::count_if(actions, isRouting);
  const auto tokens = std::ranges::count(actions, ActionType::JwtValidation, &Action::type);
  if (routing != 1) {
    findings.error(path, std::to_string(routing),
                   "There is exactly one of forward, redirect and fixed-response, as the last action.");
  } else if (!isRouting(actions.back())) {
    findings.error(path, std::string(wordOf(actions.back().type)),
                   "The last action is forward, redirect or fixed-response: put this one before it.");
  }
  if (tokens > 1) findings.error(path, std::to_string(tokens), "There is one jwt-validation at the most.");
  for (std::size_t i = 0; i < actions.size(); ++i)
    checkAction(findings, fmt::format("{}[{}]", path, i), actions[i], scope);
}

}  // namespace spillway::config
