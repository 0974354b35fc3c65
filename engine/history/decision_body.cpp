// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/decision_body.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/base/varint.h"

namespace spillway::history {
namespace {

using nlohmann::json;
using observe::CandidateTarget;
using observe::Decision;
using observe::GroupShare;
using observe::RuleTry;
using observe::TargetChoice;

template <class Items, class Line>
json arrayOf(const Items& items, Line line) {
  json array = json::array();
  for (const auto& item : items)
    array.push_back(line(item));
  return array;
}

json shapeOf(const CandidateTarget& candidate) {
  return {candidate.target, candidate.state, candidate.weight, candidate.anomalous, candidate.mayBeChosen};
}

json shapeOf(const TargetChoice& choice) {
  return {arrayOf(choice.candidates, [](const CandidateTarget& one) { return shapeOf(one); }),
          choice.algorithm, choice.failOpen, choice.reason, choice.failed};
}

json shapeOf(const Decision& decision) {
  return {arrayOf(decision.rules,
                  [](const RuleTry& one) -> json {
                    return {one.priority, one.matched, one.failed};
                  }),
          decision.action,
          arrayOf(decision.groups,
                  [](const GroupShare& one) -> json {
                    return {one.group, one.weight};
                  }),
          decision.group,
          decision.groupReason,
          decision.session,
          arrayOf(decision.choices, [](const TargetChoice& one) { return shapeOf(one); })};
}

CandidateTarget candidateOf(const json& shape) {
  return {.target = shape.at(0),
          .state = shape.at(1),
          .weight = shape.at(2),
          .outstanding = 0,
          .anomalous = shape.at(3),
          .mayBeChosen = shape.at(4)};
}

TargetChoice choiceOf(const json& shape) {
  TargetChoice choice;
  for (const json& candidate : shape.at(0))
    choice.candidates.push_back(candidateOf(candidate));
  choice.algorithm = shape.at(1);
  choice.failOpen = shape.at(2);
  choice.reason = shape.at(3);
  choice.failed = shape.at(4);
  return choice;
}

Decision decisionOf(const json& shape) {
  Decision decision;
  for (const json& rule : shape.at(0))
    decision.rules.push_back({rule.at(0), rule.at(1), rule.at(2)});
  decision.action = shape.at(1);
  for (const json& share : shape.at(2))
    decision.groups.push_back({share.at(0), share.at(1)});
  decision.group = shape.at(3);
  decision.groupReason = shape.at(4);
  decision.session = shape.at(5);
  for (const json& choice : shape.at(6))
    decision.choices.push_back(choiceOf(choice));
  return decision;
}

/// The number of the candidate that was chosen, from 1; 0 = none of them.
std::size_t chosenOf(const TargetChoice& choice) {
  const auto at = std::ranges::find(choice.candidates, choice.target, &CandidateTarget::target);
  if (choice.target.empty() || at == choice.candidates.end()) return 0;
  return static_cast<std::size_t>(at - choice.candidates.begin()) + 1;
}

/// False: there are fewer counts than candidates.
bool takeCounts(std::string_view& counts, TargetChoice& choice) {
  for (CandidateTarget& candidate : choice.candidates) {
    const auto outstanding = takeVarint(counts);
    if (!outstanding) return false;
    candidate.outstanding = unzigzag(*outstanding);
  }
  const auto chosen = takeVarint(counts);
  if (!chosen || *chosen > choice.candidates.size()) return false;
  if (*chosen > 0) choice.target = choice.candidates[*chosen - 1].target;
  return true;
}

}  // namespace

DecisionBody encodeDecision(const Decision& decision) {
  // What a request brought may be no UTF-8.
  DecisionBody body{shapeOf(decision).dump(-1, ' ', false, json::error_handler_t::replace), {}};
  for (const TargetChoice& choice : decision.choices) {
    for (const CandidateTarget& candidate : choice.candidates)
      putVarint(body.counts, zigzag(candidate.outstanding));
    putVarint(body.counts, chosenOf(choice));
  }
  return body;
}

std::shared_ptr<const Decision> decodeDecision(std::string_view shape, std::string_view counts) {
  auto decision = std::make_shared<Decision>();
  try {
    *decision = decisionOf(json::parse(shape));
  } catch (const json::exception&) {
    return nullptr;
  }
  for (TargetChoice& choice : decision->choices) {
    if (!takeCounts(counts, choice)) return nullptr;
  }
  return decision;
}

}  // namespace spillway::history
