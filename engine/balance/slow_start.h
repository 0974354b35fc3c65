// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include "engine/balance/snapshot.h"

/// A target that becomes healthy gets its share of requests little by little (alb-behaviour §3.4).
namespace spillway::balance {

/// The share of a full target's requests, growing evenly from 0 at `since` to 1 after `duration`.
double slowStartShare(TimePoint now, TimePoint since, std::chrono::seconds duration);
/// The target's share now; 1 when it is not in slow start.
double slowStartShare(const TargetRuntime& target, TimePoint now, std::chrono::seconds duration);
/// When the target's slow start is over; the clock's epoch when it is not in one.
TimePoint slowStartEnd(const TargetRuntime& target, std::chrono::seconds duration);

/// To be called when a target becomes healthy, before its state says so: it enters slow start if its group
/// has that and another target can carry the load. The first healthy target of a group frees all that were
/// registered along with it. Control thread.
void onBecameHealthy(const GroupSnapshot& group, TargetRuntime& target, TimePoint now);

}  // namespace spillway::balance
