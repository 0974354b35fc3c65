// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "engine/balance/snapshot.h"

namespace spillway::balance {

/// What one request asks of the choice of its target.
struct PickRequest {
  std::span<const TargetRuntime* const> passOver{};  ///< not these while there is another
  const TargetSnapshot* sticky = nullptr;            ///< of the same group: this one if requests may go to it
  TimePoint now{};
};

/// The chosen target; `target` is null when the group has none that may be used.
struct Pick {
  const TargetSnapshot* target = nullptr;
  bool failOpen = false;  ///< too few targets are healthy: ALB then routes to all (alb-behaviour §3.9)
};

/// The targets to choose from, at least one.
using Candidates = std::span<const TargetSnapshot* const>;
/// A group's place in its round; shared by all workers.
using Cursor = std::atomic<std::uint32_t>;

/// Whether so few targets are healthy that requests go to all (fail-open).
bool failsOpen(const GroupSnapshot& group);
/// Whether requests may go to this target now.
bool mayUse(const TargetSnapshot& target, bool failOpen);

bool isPassedOver(const PickRequest& request, const TargetSnapshot& target);

/// The candidate at `start` (modulo their number), or the next one that is not passed over.
const TargetSnapshot& firstAllowed(Candidates candidates, std::size_t start, const PickRequest& request);

}  // namespace spillway::balance
