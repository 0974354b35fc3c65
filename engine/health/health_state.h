// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "engine/config/model.h"
#include "engine/observe/events.h"

namespace spillway::health {

/// Result of one health check.
struct ProbeResult {
  observe::HealthReason reason = observe::HealthReason::None;  ///< None: passed
  std::optional<std::uint32_t> code;                           ///< gRPC or HTTP code that came back
  std::string detail;                                          ///< plain words; empty when it passed
  std::string logReason;  ///< the health check log's word, "TimedOut"; empty when it passed
  bool passed() const { return reason == observe::HealthReason::None; }
};

/// What is remembered between checks of one target.
struct HealthState {
  observe::TargetState state = observe::TargetState::Initial;
  observe::HealthReason reason = observe::HealthReason::InitialHealthChecking;
  std::string description = "Initial health checks in progress";
  std::uint32_t passedInARow = 0;
  std::uint32_t failedInARow = 0;
  bool operator==(const HealthState&) const = default;
};

/// ALB's state machine (User Guide, target group health checks), as a pure function: first success makes an
/// initial target healthy; `unhealthyThresholdCount` failures in a row make it unhealthy;
/// `healthyThresholdCount` successes in a row make an unhealthy one healthy again. Unused and draining
/// targets stay as they are. The bool is true when `state` changed.
std::pair<HealthState, bool> step(const HealthState&, const ProbeResult&, const config::HealthCheck&);

/// ALB's Description string for a reason, e.g. "Health checks failed with these codes: [14]".
std::string describeReason(observe::HealthReason, std::optional<std::uint32_t> code);

}  // namespace spillway::health
