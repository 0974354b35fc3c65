// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/health/health_state.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace spillway::health {
namespace {

using observe::HealthReason;
using observe::TargetState;

config::HealthCheck thresholds(std::uint32_t healthy, std::uint32_t unhealthy) {
  config::HealthCheck check;
  check.healthyThresholdCount = healthy;
  check.unhealthyThresholdCount = unhealthy;
  return check;
}

ProbeResult resultOf(char letter) {
  switch (letter) {
    case 'p':
      return {};
    case 't':
      return {HealthReason::Timeout, std::nullopt, "no answer in 2 s", "TimedOut"};
    case 'c':
      return {HealthReason::ResponseCodeMismatch, 14, "", ""};
    default:
      return {HealthReason::FailedHealthChecks, std::nullopt, "connection refused", ""};
  }
}

/// Runs checks, one letter each: p passed, f failed to connect, t timed out, c code 14. Counts the state
/// changes.
struct History {
  HealthState health;
  int changes = 0;
};
History run(const std::string& checks, const config::HealthCheck& settings, HealthState health = {}) {
  History run{health, 0};
  for (const char letter : checks) {
    const auto [after, changed] = step(run.health, resultOf(letter), settings);
    EXPECT_EQ(changed, after.state != run.health.state) << checks;
    run.health = after;
    run.changes += changed ? 1 : 0;
  }
  return run;
}

constexpr const char* kInitialWords = "Initial health checks in progress";

struct Case {
  const char* checks;
  TargetState state;
  HealthReason reason;
  const char* description;
  std::uint32_t passed, failed;
  int changes;
};

TEST(HealthState, EveryTransition) {
  const auto settings = thresholds(3, 2);
  const std::vector<Case> cases{
      {"", TargetState::Initial, HealthReason::InitialHealthChecking, kInitialWords, 0, 0, 0},
      // The first success is enough, whatever the threshold.
      {"p", TargetState::Healthy, HealthReason::None, "", 1, 0, 1},
      {"fp", TargetState::Healthy, HealthReason::None, "", 1, 0, 1},
      // Initial stays initial, in its own words, until the unhealthy threshold.
      {"f", TargetState::Initial, HealthReason::InitialHealthChecking, kInitialWords, 0, 1, 0},
      {"ff", TargetState::Unhealthy, HealthReason::FailedHealthChecks, "Health checks failed", 0, 2, 1},
      {"ft", TargetState::Unhealthy, HealthReason::Timeout, "Request timed out", 0, 2, 1},
      // Healthy survives single failures, without a reason.
      {"pf", TargetState::Healthy, HealthReason::None, "", 0, 1, 1},
      {"pfpf", TargetState::Healthy, HealthReason::None, "", 0, 1, 1},
      {"pfc", TargetState::Unhealthy, HealthReason::ResponseCodeMismatch,
       "Health checks failed with these codes: [14]", 0, 2, 2},
      // Unhealthy tells of its newest failure and wants successes in a row.
      {"fft", TargetState::Unhealthy, HealthReason::Timeout, "Request timed out", 0, 3, 1},
      {"ffpp", TargetState::Unhealthy, HealthReason::FailedHealthChecks, "Health checks failed", 2, 0, 1},
      {"ffppfpp", TargetState::Unhealthy, HealthReason::FailedHealthChecks, "Health checks failed", 2, 0, 1},
      {"ffppp", TargetState::Healthy, HealthReason::None, "", 3, 0, 2},
      {"ffpppff", TargetState::Unhealthy, HealthReason::FailedHealthChecks, "Health checks failed", 0, 2, 3},
  };
  for (const auto& expected : cases) {
    const History actual = run(expected.checks, settings);
    EXPECT_EQ(actual.health.state, expected.state) << expected.checks;
    EXPECT_EQ(actual.health.reason, expected.reason) << expected.checks;
    EXPECT_EQ(actual.health.description, expected.description) << expected.checks;
    EXPECT_EQ(actual.health.passedInARow, expected.passed) << expected.checks;
    EXPECT_EQ(actual.health.failedInARow, expected.failed) << expected.checks;
    EXPECT_EQ(actual.changes, expected.changes) << expected.checks;
  }
}

TEST(HealthState, ThresholdOfOneActsAtOnce) {
  EXPECT_EQ(run("f", thresholds(1, 1)).health.state, TargetState::Unhealthy);
  EXPECT_EQ(run("fp", thresholds(1, 1)).health.state, TargetState::Healthy);
}

TEST(HealthState, UnusedAndDrainingStayAsTheyAre) {
  for (const auto state : {TargetState::Unused, TargetState::Draining}) {
    HealthState health;
    health.state = state;
    for (const char* checks : {"ppp", "fff"}) {
      const History actual = run(checks, thresholds(2, 2), health);
      EXPECT_EQ(actual.health, health);
      EXPECT_EQ(actual.changes, 0);
    }
  }
}

TEST(HealthState, DescribesReasonsInAlbsWords) {
  const std::vector<std::pair<HealthReason, const char*>> cases{
      {HealthReason::None, ""},
      {HealthReason::RegistrationInProgress, "Target registration is in progress"},
      {HealthReason::InitialHealthChecking, "Initial health checks in progress"},
      {HealthReason::InternalError, "Health checks failed due to an internal error"},
      {HealthReason::Timeout, "Request timed out"},
      {HealthReason::FailedHealthChecks, "Health checks failed"},
      {HealthReason::NotInUse, "Target group is not configured to receive traffic from the load balancer"},
      {HealthReason::NotRegistered, "Target is not registered to the target group"},
      {HealthReason::DeregistrationInProgress, "Target deregistration is in progress"},
      {HealthReason::IpUnusable,
       "The IP address cannot be used as a target, as it is in use by a load balancer"},
  };
  for (const auto& [reason, words] : cases)
    EXPECT_EQ(describeReason(reason, std::nullopt), words);
  EXPECT_EQ(describeReason(HealthReason::ResponseCodeMismatch, 503),
            "Health checks failed with these codes: [503]");
  EXPECT_EQ(describeReason(HealthReason::ResponseCodeMismatch, std::nullopt), "Health checks failed");
}

}  // namespace
}  // namespace spillway::health
