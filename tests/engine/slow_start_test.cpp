// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/slow_start.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/balance/selector.h"
#include "tests/engine/balance_groups.h"

namespace spillway::balance {
namespace {

using observe::TargetState;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::Pair;

const TimePoint kStart = TimePoint(std::chrono::hours(1));

GroupSnapshot slowGroup(std::size_t targets) {
  GroupSnapshot group = groupOf(targets);
  group.settings.attributes.slowStartSeconds = 100;
  return group;
}

/// As the health monitor does it.
void becomeHealthy(const GroupSnapshot& group, std::size_t target, TimePoint now) {
  onBecameHealthy(group, runtimeOf(group, target), now);
  setState(group, target, TargetState::Healthy);
}

Counts sharesAt(const GroupSnapshot& group, TimePoint now, int count) {
  Selector selector(Random(11));
  Counts counts;
  for (int i = 0; i < count; ++i)
    ++counts[selector.pick(group, {.now = now}).target->text];
  return counts;
}

double shareOf(const GroupSnapshot& group, std::size_t target, TimePoint now) {
  return slowStartShare(runtimeOf(group, target), now, seconds(100));
}

TEST(SlowStart, TheShareGrowsEvenly) {
  EXPECT_DOUBLE_EQ(slowStartShare(kStart, kStart, seconds(100)), 0);
  EXPECT_DOUBLE_EQ(slowStartShare(kStart + seconds(25), kStart, seconds(100)), 0.25);
  EXPECT_DOUBLE_EQ(slowStartShare(kStart + seconds(50), kStart, seconds(100)), 0.5);
  EXPECT_DOUBLE_EQ(slowStartShare(kStart + seconds(100), kStart, seconds(100)), 1);
  EXPECT_DOUBLE_EQ(slowStartShare(kStart + seconds(1000), kStart, seconds(100)), 1);
  EXPECT_DOUBLE_EQ(slowStartShare(kStart - seconds(1), kStart, seconds(100)), 0);
  EXPECT_DOUBLE_EQ(slowStartShare(kStart, kStart, seconds(0)), 1) << "switched off";
}

TEST(SlowStart, ANewTargetGetsRequestsByItsShare) {
  const GroupSnapshot group = slowGroup(3);
  setState(group, 2, TargetState::Initial);
  becomeHealthy(group, 2, kStart);
  EXPECT_THAT(sharesAt(group, kStart, 1000), ElementsAre(Pair("A", 500), Pair("B", 500)));
  for (const int passed : {10, 50, 90}) {
    const Counts counts = sharesAt(group, kStart + seconds(passed), 30'000);
    const double share = passed / 100.0;
    EXPECT_NEAR(counts.at("C"), 30'000 * share / (2 + share), 300) << passed;
    EXPECT_NEAR(counts.at("A"), counts.at("B"), 2) << "the others stay even";
  }
  EXPECT_THAT(sharesAt(group, kStart + seconds(100), 9),
              ElementsAre(Pair("A", 3), Pair("B", 3), Pair("C", 3)));
}

TEST(SlowStart, EndsWhileASelectorKeepsItsView) {
  const GroupSnapshot group = slowGroup(2);
  setState(group, 1, TargetState::Initial);
  becomeHealthy(group, 1, kStart);
  Selector selector(Random(1));
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(selector.pick(group, {.now = kStart}).target->text, "A");
  Counts counts;
  for (int i = 0; i < 10; ++i)
    ++counts[selector.pick(group, {.now = kStart + seconds(101)}).target->text];
  EXPECT_THAT(counts, ElementsAre(Pair("A", 5), Pair("B", 5)));
}

TEST(SlowStart, TargetsRegisteredAtOnceIntoAnEmptyGroupDoNotEnter) {
  const GroupSnapshot group = slowGroup(3);
  for (std::size_t i = 0; i < 3; ++i)
    setState(group, i, TargetState::Initial);
  for (std::size_t i = 0; i < 3; ++i)
    becomeHealthy(group, i, kStart + seconds(i));
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_DOUBLE_EQ(shareOf(group, i, kStart + seconds(i)), 1) << i;
  // Only the first time: one that comes back warms up.
  setState(group, 2, TargetState::Unhealthy);
  becomeHealthy(group, 2, kStart + seconds(10));
  EXPECT_DOUBLE_EQ(shareOf(group, 2, kStart + seconds(20)), 0.1);
}

TEST(SlowStart, NeedsAHealthyTargetThatIsNotInSlowStart) {
  const GroupSnapshot group = slowGroup(3);
  setState(group, 1, TargetState::Unhealthy);
  setState(group, 2, TargetState::Unhealthy);
  becomeHealthy(group, 1, kStart);
  setState(group, 0, TargetState::Unhealthy);  // now only B, in slow start, is healthy
  becomeHealthy(group, 2, kStart + seconds(50));
  EXPECT_DOUBLE_EQ(shareOf(group, 1, kStart + seconds(50)), 0.5);
  EXPECT_DOUBLE_EQ(shareOf(group, 2, kStart + seconds(50)), 1);
}

TEST(SlowStart, TheOnlyTargetInSlowStartStillServes) {
  const GroupSnapshot group = slowGroup(2);
  setState(group, 1, TargetState::Initial);
  becomeHealthy(group, 1, kStart);
  setState(group, 0, TargetState::Unhealthy);
  EXPECT_THAT(sharesAt(group, kStart, 10), ElementsAre(Pair("B", 10)));
}

TEST(SlowStart, HealthyTargetsDoNotEnterWhenItIsSwitchedOn) {
  GroupSnapshot group = groupOf(2);
  setState(group, 1, TargetState::Unhealthy);
  becomeHealthy(group, 1, kStart);
  GroupSnapshot changed = group;
  changed.serial += 1'000'000;
  changed.settings.attributes.slowStartSeconds = 100;
  EXPECT_THAT(sharesAt(changed, kStart + seconds(1), 10), ElementsAre(Pair("A", 5), Pair("B", 5)));
}

TEST(SlowStart, IsLeftWhenFailingOpen) {
  GroupSnapshot group = slowGroup(2);
  group.settings.attributes.unhealthyStateRouting.count = 3;
  setState(group, 1, TargetState::Initial);
  becomeHealthy(group, 1, kStart);
  EXPECT_THAT(sharesAt(group, kStart, 10), ElementsAre(Pair("A", 5), Pair("B", 5)));
}

}  // namespace
}  // namespace spillway::balance
