// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "engine/balance/snapshot.h"

namespace spillway::balance {

/// The chosen target; `target` is null when the group has none that may be used.
struct Pick {
  const TargetSnapshot* target = nullptr;
  bool failOpen = false;  ///< no target is healthy: ALB then routes to all (User Guide, target group health)
};

/// Chooses targets for one worker: round robin over the healthy targets, all registered ones when none is healthy.
/// Keeps a list of usable targets per group and renews it only when a state changed, so a choice costs the same for
/// one target and for a thousand.
class Selector {
 public:
  /// The next target in turn; `exclude` (may be null) is passed over while there is another.
  Pick pick(const GroupSnapshot& group, const TargetRuntime* exclude);
  /// Forgets groups of configurations that are gone.
  void forget() { views_.clear(); }

 private:
  struct View {
    std::uint32_t epoch = 0;
    bool failOpen = false;
    std::vector<const TargetSnapshot*> usable;
  };
  static void renew(View& view, const GroupSnapshot& group);
  std::unordered_map<std::uint64_t, View> views_;  ///< by the group's serial
};

}  // namespace spillway::balance
