// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/anomaly.h"

#include <gtest/gtest.h>

#include "tests/engine/balance_groups.h"

namespace spillway::balance {
namespace {

using config::Algorithm;
using observe::TargetState;

AnswerWindow windowOf(double answers, double failures) {
  return {.answers = answers, .failures = failures};
}

TEST(Anomaly, TheUsualShareIsThatOfTheHealthyMajority) {
  const auto usual = [](std::vector<AnswerWindow> peers) { return usualFailureShare(peers); };
  EXPECT_DOUBLE_EQ(usual({}), 0);
  EXPECT_DOUBLE_EQ(usual({windowOf(0, 0), windowOf(0, 0)}), 0);
  EXPECT_DOUBLE_EQ(usual({windowOf(10, 0), windowOf(10, 10), windowOf(10, 1)}), 0.1);
  EXPECT_DOUBLE_EQ(usual({windowOf(10, 0), windowOf(10, 0), windowOf(10, 9), windowOf(10, 10)}), 0);
  EXPECT_DOUBLE_EQ(usual({windowOf(10, 0), windowOf(10, 10), windowOf(10, 10)}), 1);
  EXPECT_DOUBLE_EQ(usual({windowOf(0, 0), windowOf(10, 5)}), 0.5) << "the silent have no say";
}

TEST(Anomaly, IsAShareOfFailuresFarBeyondTheUsual) {
  struct Row {
    double answers, failures, usual;
    bool before, anomalous;
  };
  for (const auto& [answers, failures, usual, before, anomalous] : std::vector<Row>{
           {100, 50, 0.00, false, true},
           {100, 11, 0.00, false, true},
           {100, 10, 0.00, false, false},
           {100, 50, 0.25, false, false},
           {100, 70, 0.25, false, true},
           {100, 100, 0.5, false, false},
           {4, 4, 0, false, false},  // too little to judge a target that was normal
           {10, 2, 0, false, false},
           {1, 1, 0, true, true},  // … but enough not to trust one that failed
           {0.5, 0.5, 0, true, false},
           {10, 0, 0, true, false},
       }) {
    EXPECT_EQ(isAnomalous(windowOf(answers, failures), usual, before), anomalous)
        << failures << " of " << answers << ", usually " << usual;
  }
}

TEST(Anomaly, TheWeightFallsAtOnceAndRisesInSteps) {
  EXPECT_EQ(nextWeight(kFullWeight, true), 10U);
  EXPECT_EQ(nextWeight(80, true), 10U);
  std::uint32_t weight = 10;
  std::vector<std::uint32_t> steps;
  for (int i = 0; i < 5; ++i)
    steps.push_back(weight = nextWeight(weight, false));
  EXPECT_EQ(steps, (std::vector<std::uint32_t>{20, 40, 80, 100, 100}));
}

/// A group of weighted targets and a detector with its own time.
class AnomalyDetection : public testing::Test {
 protected:
  void useMitigation() {
    group_->settings.attributes.algorithm = Algorithm::WeightedRandom;
    group_->settings.attributes.anomalyMitigation = true;
  }
  void answers(std::size_t target, int good, int failed) {
    for (int i = 0; i < good; ++i)
      noteAnswer(runtimeOf(*group_, target), AnswerKind::Good);
    for (int i = 0; i < failed; ++i)
      noteAnswer(runtimeOf(*group_, target), AnswerKind::Failed);
  }
  void answersOfAll(int good, int failedOfFirst) {
    answers(0, good - failedOfFirst, failedOfFirst);
    for (std::size_t i = 1; i < group_->targets.size(); ++i)
      answers(i, good, 0);
  }
  void pass(std::chrono::seconds time = AnomalyDetector::kPeriod) {
    now_ += time;
    const std::shared_ptr<const GroupSnapshot> groups[] = {group_};
    detector_.tick(groups, now_);
  }
  bool anomalous(std::size_t target) { return runtimeOf(*group_, target).anomalous; }
  std::uint32_t weight(std::size_t target) { return runtimeOf(*group_, target).weight; }

  std::shared_ptr<GroupSnapshot> group_ = std::make_shared<GroupSnapshot>(groupOf(3));
  AnomalyDetector detector_;
  TimePoint now_{std::chrono::hours(1)};
};

TEST_F(AnomalyDetection, FindsTheTargetThatFails) {
  answersOfAll(20, 10);
  pass();
  EXPECT_TRUE(anomalous(0));
  EXPECT_FALSE(anomalous(1));
  EXPECT_FALSE(anomalous(2));
  EXPECT_EQ(weight(0), kFullWeight) << "mitigation is off";
}

TEST_F(AnomalyDetection, LooksOnlyEveryFiveSeconds) {
  pass();
  answersOfAll(20, 20);
  pass(std::chrono::seconds(4));
  EXPECT_FALSE(anomalous(0));
  pass(std::chrono::seconds(1));
  EXPECT_TRUE(anomalous(0));
}

TEST_F(AnomalyDetection, NeedsThreeHealthyTargets) {
  setState(*group_, 2, TargetState::Unhealthy);
  answersOfAll(20, 20);
  pass();
  EXPECT_FALSE(anomalous(0));
  setState(*group_, 2, TargetState::Healthy);
  answersOfAll(20, 20);
  pass();
  EXPECT_TRUE(anomalous(0));
}

TEST_F(AnomalyDetection, FailuresOfAllAreNoAnomaly) {
  for (std::size_t i = 0; i < 3; ++i)
    answers(i, 5, 15);
  pass();
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_FALSE(anomalous(i)) << i;
}

TEST_F(AnomalyDetection, MitigationLowersTheWeightAndRaisesItStepByStep) {
  useMitigation();
  answersOfAll(20, 20);
  pass();
  EXPECT_EQ(weight(0), 10U);
  EXPECT_EQ(weight(1), kFullWeight);
  answersOfAll(20, 20);
  pass();
  EXPECT_EQ(weight(0), 10U);
  std::vector<std::uint32_t> weights;
  for (int i = 0; i < 10 && weight(0) < kFullWeight; ++i) {
    answersOfAll(20, 0);
    pass();
    if (!anomalous(0)) weights.push_back(weight(0));
  }
  EXPECT_EQ(weights, (std::vector<std::uint32_t>{20, 40, 80, 100}));
}

TEST_F(AnomalyDetection, MitigationNeedsTheWeightedAlgorithm) {
  useMitigation();
  group_->settings.attributes.algorithm = Algorithm::RoundRobin;
  answersOfAll(20, 20);
  pass();
  EXPECT_TRUE(anomalous(0));
  EXPECT_EQ(weight(0), kFullWeight);
}

TEST_F(AnomalyDetection, AnUnhealthyTargetIsNotCalledAnomalous) {
  group_ = std::make_shared<GroupSnapshot>(groupOf(4));
  answersOfAll(20, 20);
  setState(*group_, 0, TargetState::Unhealthy);
  pass();
  EXPECT_FALSE(anomalous(0));
}

TEST_F(AnomalyDetection, SilenceForgets) {
  useMitigation();
  answersOfAll(20, 20);
  pass();
  for (int i = 0; i < 12; ++i)
    pass();
  EXPECT_FALSE(anomalous(0));
  EXPECT_EQ(weight(0), kFullWeight);
}

}  // namespace
}  // namespace spillway::balance
