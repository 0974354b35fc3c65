// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "engine/balance/pick.h"
#include "engine/balance/random.h"

namespace spillway::balance {

/// Chooses targets for one worker by the group's algorithm, among the healthy ones, or among all registered
/// ones when fewer are healthy than the group's thresholds want. Keeps a list of usable targets per group and
/// renews it only when a state changed, so that round robin and weighted random cost the same for one target
/// and for a thousand.
class Selector {
 public:
  explicit Selector(Random random = Random::unpredictable()) : random_(random) {}

  Pick pick(const GroupSnapshot& group, const PickRequest& request);
  /// The worker's source of random numbers, for other choices.
  Random& random() { return random_; }
  /// Forgets groups of configurations that are gone.
  void forget() { views_.clear(); }

 private:
  struct View {
    std::uint32_t epoch = 0;
    bool failOpen = false;
    TimePoint slowUntil{};  ///< some target is in slow start until then
    std::vector<const TargetSnapshot*> usable;
  };
  static void renew(View& view, const GroupSnapshot& group);
  const TargetSnapshot& choose(const View& view, const GroupSnapshot& group, const PickRequest& request);

  std::unordered_map<std::uint64_t, View> views_;  ///< by the group's serial
  Random random_;
};

}  // namespace spillway::balance
