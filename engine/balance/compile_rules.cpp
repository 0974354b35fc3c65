// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/compile_rules.h"

#include <algorithm>
#include <utility>

#include "engine/balance/rule_matcher.h"
#include "engine/balance/transforms.h"

namespace spillway::balance {
namespace {

using Groups = std::vector<std::shared_ptr<const GroupSnapshot>>;

std::vector<ActionSnapshot> compileActions(const std::vector<config::Action>& actions, const Groups& groups,
                                           const std::function<observe::Slot(const std::string&)>& routeTo) {
  std::vector<ActionSnapshot> result;
  for (const config::Action& action : actions) {
    ActionSnapshot made{action, {}};
    for (const config::WeightedTargetGroup& wanted : action.targetGroups) {
      const auto known = std::ranges::find(groups, wanted.targetGroup,
                                           [](const auto& group) { return group->settings.name; });
      if (known != groups.end()) made.groups.push_back({*known, wanted.weight, routeTo(wanted.targetGroup)});
    }
    result.push_back(std::move(made));
  }
  return result;
}

}  // namespace

RuleList compileRules(const config::Listener& listener, const Groups& groups, const RouteSlots& slots) {
  const auto compile = [&](std::uint32_t priority, const std::vector<config::Action>& actions) {
    const auto routeTo = [&](const std::string& group) {
      return slots ? slots(priority, group) : observe::kNoSlot;
    };
    return RuleSnapshot{priority, nullptr, nullptr, compileActions(actions, groups, routeTo), routeTo({})};
  };
  std::vector<RuleSnapshot> result;
  for (const config::Rule& rule : listener.rules) {
    result.push_back(compile(rule.priority, rule.actions));
    result.back().matcher = std::make_shared<const RuleMatcher>(rule.conditions);
    result.back().transforms = Transforms::of(rule);
  }
  std::ranges::stable_sort(result, {}, &RuleSnapshot::priority);
  result.push_back(compile(0, listener.defaultActions));
  return RuleList(std::move(result));
}

}  // namespace spillway::balance
