// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/decision.h"

#include <fmt/core.h>

namespace spillway::observe {
namespace {

std::string ruleName(std::uint32_t priority) {
  return priority == 0 ? std::string("Default rule") : fmt::format("Rule {}", priority);
}

std::string line(const RuleTry& rule) {
  if (!rule.matched) return fmt::format("{}: no match, {}", ruleName(rule.priority), rule.failed);
  return ruleName(rule.priority) + (rule.priority == 0 ? ": taken" : ": matched");
}

std::string groupLine(const Decision& decision) {
  std::string shares;
  for (const GroupShare& share : decision.groups)
    shares += fmt::format("{}{} {}", shares.empty() ? "" : ", ", share.group, share.weight);
  if (decision.group.empty()) return fmt::format("No target group: all weights are 0 ({})", shares);
  if (decision.groupReason == GroupReason::OnlyOne) return "Target group " + decision.group;
  return fmt::format("Target group {}, {} ({})", decision.group, inWords(decision.groupReason), shares);
}

std::string line(const CandidateTarget& candidate) {
  std::string words = fmt::format("  {} {}, {} outstanding", candidate.target, toString(candidate.state),
                                  candidate.outstanding);
  if (candidate.weight != 100) words += fmt::format(", weight {} %", candidate.weight);
  if (candidate.anomalous) words += ", anomalous";
  if (!candidate.mayBeChosen) words += ", not to be chosen";
  return words;
}

std::string outcomeLine(const TargetChoice& choice) {
  switch (choice.reason) {
    case TargetReason::NoTarget:
      return "No target may be chosen";
    case TargetReason::Session:
      return fmt::format("Chosen: {}, by its session's cookie", choice.target);
    case TargetReason::Algorithm:
      return fmt::format("Chosen: {}, by {}", choice.target, choice.algorithm);
    case TargetReason::NotAskedYet:
      break;
  }
  return fmt::format("The choice is by {}", choice.algorithm);
}

}  // namespace

const char* inWords(SessionState state) {
  switch (state) {
    case SessionState::Off:
      return "stickiness is off";
    case SessionState::NoCookie:
      return "no session cookie";
    case SessionState::Undecodable:
      return "the session's cookie is not ours or damaged";
    case SessionState::OtherGroup:
      return "the session's cookie is another group's";
    case SessionState::Expired:
      return "the session has expired";
    case SessionState::TargetGone:
      return "the session's target is not in the group any more";
    case SessionState::Found:
      return "the session's target is known";
  }
  return "";
}

const char* inWords(GroupReason reason) {
  switch (reason) {
    case GroupReason::NoGroup:
      return "none";
    case GroupReason::OnlyOne:
      return "the only one";
    case GroupReason::Weight:
      return "by weight";
    case GroupReason::Cookie:
      return "by the cookie AWSALBTG";
    case GroupReason::CookieRefused:
      return "by weight, since the cookie AWSALBTG does not hold";
  }
  return "";
}

std::vector<std::string> inWords(const Decision& decision) {
  std::vector<std::string> lines;
  for (const RuleTry& rule : decision.rules)
    lines.push_back(line(rule));
  if (decision.groups.empty() && !decision.action.empty()) lines.push_back("Action: " + decision.action);
  if (!decision.groups.empty()) lines.push_back(groupLine(decision));
  if (decision.session != SessionState::Off)
    lines.push_back(fmt::format("Session: {}", inWords(decision.session)));
  for (const TargetChoice& choice : decision.choices) {
    lines.emplace_back(choice.failOpen ? "Targets (fail-open: too few are healthy):" : "Targets:");
    for (const CandidateTarget& candidate : choice.candidates)
      lines.push_back(line(candidate));
    lines.push_back(outcomeLine(choice));
    if (!choice.failed.empty()) lines.push_back("  " + choice.failed);
  }
  return lines;
}

}  // namespace spillway::observe
