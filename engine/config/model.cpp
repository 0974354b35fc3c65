// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/model.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/config/words.h"

namespace spillway::config {

std::string effectiveName(const Listener& listener) {
  if (!listener.name.empty()) return listener.name;
  return fmt::format("{}:{}", wordOf(listener.protocol), listener.port);
}

Action forwardTo(std::string targetGroup) {
  Action action;
  action.targetGroups = {{std::move(targetGroup), 1}};
  return action;
}

bool forwardsTo(const Action& action, const std::string& targetGroup) {
  return action.type == ActionType::Forward &&
         std::ranges::find(action.targetGroups, targetGroup, &WeightedTargetGroup::targetGroup) !=
             action.targetGroups.end();
}

std::vector<std::string> targetGroupsOf(const Listener& listener) {
  std::vector<std::string> names;
  const auto add = [&names](const std::vector<Action>& actions) {
    for (const Action& action : actions) {
      for (const auto& group : action.targetGroups) {
        if (std::ranges::find(names, group.targetGroup) == names.end()) names.push_back(group.targetGroup);
      }
    }
  };
  for (const Rule& rule : listener.rules)
    add(rule.actions);
  add(listener.defaultActions);
  return names;
}

bool forwardsTo(const Listener& listener, const std::string& targetGroup) {
  const auto names = targetGroupsOf(listener);
  return std::ranges::find(names, targetGroup) != names.end();
}

std::string describe(const Issue& issue) {
  std::string line;
  for (const auto& part : {issue.path, issue.value}) {
    if (!part.empty()) line += part + ": ";
  }
  return line + issue.message;
}

}  // namespace spillway::config
