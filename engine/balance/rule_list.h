// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/config/rules.h"
#include "engine/observe/metrics.h"

namespace spillway::balance {

struct GroupSnapshot;
class RequestView;
class RuleMatcher;
class Transforms;

/// One group of a forward action.
struct ForwardGroup {
  std::shared_ptr<const GroupSnapshot> group;
  std::uint32_t weight = 1;
  observe::Slot route = observe::kNoSlot;  ///< of the rule and this group
};

struct ActionSnapshot {
  config::Action settings;
  std::vector<ForwardGroup> groups;  ///< Forward only, as in settings.targetGroups
};

struct RuleSnapshot {
  std::uint32_t priority = 0;                    ///< 0 = the default rule
  std::shared_ptr<const RuleMatcher> matcher;    ///< null: always (the default rule)
  std::shared_ptr<const Transforms> transforms;  ///< null: none
  std::vector<ActionSnapshot> actions;           ///< the last one routes
  observe::Slot route = observe::kNoSlot;        ///< where it counts when no group is chosen
};

/// A listener's rules in the order in which they are tried, the default rule last. Finds the one that matches
/// without trying all: rules that name paths are looked up by them. Immutable: any number of threads may ask.
class RuleList {
 public:
  RuleList() = default;
  explicit RuleList(std::vector<RuleSnapshot> inOrder);

  std::size_t size() const { return rules_.size(); }
  const RuleSnapshot& operator[](std::size_t position) const { return rules_[position]; }
  const RuleSnapshot& back() const { return rules_.back(); }
  auto begin() const { return rules_.begin(); }
  auto end() const { return rules_.end(); }
  /// Position of the first rule whose conditions all hold.
  std::size_t firstMatch(const RequestView&) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Positions = std::vector<std::uint32_t>;  ///< ascending
  using PositionsByText = std::unordered_map<std::string, Positions, Hash, std::equal_to<>>;
  void enter(std::uint32_t position, const std::string& pathPattern);

  std::vector<RuleSnapshot> rules_;
  PositionsByText byPath_;                  ///< patterns without wildcards
  PositionsByText byPrefix_;                ///< others, by what stands before the first wildcard
  std::vector<std::size_t> prefixLengths_;  ///< of the keys of byPrefix_, each once
  Positions others_;                        ///< rules that do not name paths
};

}  // namespace spillway::balance
