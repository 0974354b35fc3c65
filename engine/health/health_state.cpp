// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/health/health_state.h"

#include <fmt/format.h>

namespace spillway::health {
namespace {

using observe::HealthReason;
using observe::TargetState;

void become(HealthState& health, TargetState state, HealthReason reason, std::optional<std::uint32_t> code) {
  health.state = state;
  health.reason = reason;
  health.description = describeReason(reason, code);
}

void pass(HealthState& health, const config::HealthCheck& check) {
  ++health.passedInARow;
  health.failedInARow = 0;
  const std::uint32_t needed = health.state == TargetState::Initial ? 1 : check.healthyThresholdCount;
  if (health.passedInARow >= needed) become(health, TargetState::Healthy, HealthReason::None, std::nullopt);
}

void fail(HealthState& health, const ProbeResult& result, const config::HealthCheck& check) {
  ++health.failedInARow;
  health.passedInARow = 0;
  // An unhealthy target keeps telling why the newest check failed.
  if (health.state == TargetState::Unhealthy || health.failedInARow >= check.unhealthyThresholdCount) {
    become(health, TargetState::Unhealthy, result.reason, result.code);
  }
}

}  // namespace

std::pair<HealthState, bool> step(const HealthState& before, const ProbeResult& result,
                                  const config::HealthCheck& check) {
  if (before.state == TargetState::Unused || before.state == TargetState::Draining) return {before, false};
  HealthState after = before;
  if (result.passed()) {
    pass(after, check);
  } else {
    fail(after, result, check);
  }
  return {after, after.state != before.state};
}

std::string describeReason(HealthReason reason, std::optional<std::uint32_t> code) {
  switch (reason) {
    case HealthReason::None:
      return "";
    case HealthReason::RegistrationInProgress:
      return "Target registration is in progress";
    case HealthReason::InitialHealthChecking:
      return "Initial health checks in progress";
    case HealthReason::InternalError:
      return "Health checks failed due to an internal error";
    case HealthReason::ResponseCodeMismatch:
      return code ? fmt::format("Health checks failed with these codes: [{}]", *code)
                  : "Health checks failed";
    case HealthReason::Timeout:
      return "Request timed out";
    case HealthReason::FailedHealthChecks:
      return "Health checks failed";
    case HealthReason::NotInUse:
      return "Target group is not configured to receive traffic from the load balancer";
    case HealthReason::NotRegistered:
      return "Target is not registered to the target group";
    case HealthReason::DeregistrationInProgress:
      return "Target deregistration is in progress";
    case HealthReason::IpUnusable:
      return "The IP address cannot be used as a target, as it is in use by a load balancer";
    case HealthReason::TakenOut:
      return "Taken out by you";
  }
  return "";
}

}  // namespace spillway::health
