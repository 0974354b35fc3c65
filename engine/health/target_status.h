// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/observe/events.h"

namespace spillway {

/// A target's health as it is now.
struct TargetStatus {
  TargetId id;
  observe::TargetState state = observe::TargetState::Initial;
  observe::HealthReason reason = observe::HealthReason::None;
  std::string description;  ///< ALB's words
  WallTime since{};         ///< in this state since
  std::string detail;       ///< plain words of the last check's failure
  std::uint32_t passedInARow = 0, failedInARow = 0;
  std::optional<std::uint32_t> lastCode;
  std::int64_t lastLatencyMicros = -1;  ///< -1: not checked yet
  WallTime lastCheck{}, nextCheck{};    ///< epoch = none
  std::int64_t drainingLeftMs = 0;      ///< draining: until the deregistration delay is over
  WallTime takenOutUntil{};             ///< a person keeps requests away until then; epoch = nobody does
  bool operator==(const TargetStatus&) const = default;
};

}  // namespace spillway
