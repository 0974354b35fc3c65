// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/observe/events.h"

/// Why a request went where it went: the decision trace. Made only for requests that somebody asks about.
namespace spillway::observe {

/// One rule that was tried.
struct RuleTry {
  std::uint32_t priority = 0;  ///< 0 = the default rule
  bool matched = false;
  std::string failed;  ///< the first condition that did not hold, "path-pattern /a/*"; empty when matched
  bool operator==(const RuleTry&) const = default;
};

/// What the request's cookies say about its session (alb-behaviour §3.6).
enum class SessionState : std::uint8_t {
  Off,          ///< the group has no stickiness
  NoCookie,     ///< none sent; with application cookies: not both sent
  Undecodable,  ///< not ours, changed on its way, or its key is gone
  OtherGroup,   ///< it belongs to another group
  Expired,
  TargetGone,  ///< its target is not in the group any more
  Found,       ///< its target is taken if requests may go there
};
/// "no session cookie", …
const char* inWords(SessionState);

/// Why the group of a forward action was taken.
enum class GroupReason : std::uint8_t {
  NoGroup,  ///< the rule does not forward, or all weights are 0
  OnlyOne,
  Weight,         ///< drawn at random, by weight
  Cookie,         ///< AWSALBTG
  CookieRefused,  ///< drawn, since AWSALBTG was not ours, has expired or names a group that gets nothing
};
/// "by weight", …
const char* inWords(GroupReason);

struct GroupShare {
  std::string group;
  std::uint32_t weight = 1;
  bool operator==(const GroupShare&) const = default;
};

/// A target as it was when a choice was made.
struct CandidateTarget {
  std::string target;  ///< "127.0.0.1:50061"
  TargetState state = TargetState::Initial;
  std::uint32_t weight = 100;    ///< of 100; less: anomaly mitigation or slow start holds it back
  std::int64_t outstanding = 0;  ///< open exchanges, this one not counted
  bool anomalous = false;
  bool mayBeChosen = false;
  bool operator==(const CandidateTarget&) const = default;
};

enum class TargetReason : std::uint8_t {
  NoTarget,    ///< none may be chosen
  Algorithm,   ///< the group's
  Session,     ///< its cookie names it
  NotAskedYet  ///< nothing was chosen: the request is imagined
};

/// The choice of one target; a retry is a choice of its own.
struct TargetChoice {
  std::vector<CandidateTarget> candidates;  ///< all of the group
  std::string algorithm;                    ///< ALB's word, "round_robin"
  bool failOpen = false;                    ///< too few are healthy: all are candidates
  TargetReason reason = TargetReason::NoTarget;
  std::string target;  ///< chosen; empty = none
  std::string failed;  ///< why it gave no answer; empty when it did
  bool operator==(const TargetChoice&) const = default;
};

/// All decisions about one request, in the order in which they fell. Who ended it is in its record.
struct Decision {
  std::vector<RuleTry> rules;      ///< the last one matched
  std::string action;              ///< that ends the rule, ALB's word: "forward", "fixed-response", …
  std::vector<GroupShare> groups;  ///< of the forward action
  std::string group;
  GroupReason groupReason = GroupReason::NoGroup;
  SessionState session = SessionState::Off;
  std::vector<TargetChoice> choices;
  bool operator==(const Decision&) const = default;
};

/// The trace for people, a line for each step.
std::vector<std::string> inWords(const Decision&);

}  // namespace spillway::observe
