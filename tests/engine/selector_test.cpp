// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/engine/balance_groups.h"

namespace spillway::balance {
namespace {

using config::Algorithm;
using observe::TargetState;
using testing::Contains;
using testing::ElementsAre;
using testing::Key;
using testing::Not;
using testing::Pair;

/// The texts of the targets picked one after the other, "ABAB".
std::string picks(Selector& selector, const GroupSnapshot& group, int count, PickRequest request = {}) {
  std::string order;
  for (int i = 0; i < count; ++i) {
    const Pick pick = selector.pick(group, request);
    order += pick.target ? pick.target->text : "-";
  }
  return order;
}

Counts shares(Selector& selector, const GroupSnapshot& group, int count, PickRequest request = {}) {
  Counts counts;
  for (int i = 0; i < count; ++i)
    ++counts[selector.pick(group, request).target->text];
  return counts;
}

TEST(Selector, TakesTargetsInTurnWhicheverWorkerAsks) {
  const GroupSnapshot group = groupOf(2);
  Selector first(Random(1)), second(Random(2));
  std::string order;
  for (int i = 0; i < 3; ++i) {
    order += picks(first, group, 1);
    order += picks(second, group, 1);
  }
  EXPECT_EQ(order, "ABABAB");
  EXPECT_EQ(picks(second, group, 4), "ABAB");
}

TEST(Selector, SharesExactlyAmongWorkersAtOnce) {
  const GroupSnapshot group = groupOf(4);
  std::vector<Counts> counts(4);
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    workers.emplace_back([&, i] {
      Selector selector{Random(i)};
      counts[i] = shares(selector, group, 1000);
    });
  }
  for (auto& worker : workers)
    worker.join();
  Counts sum;
  for (const auto& part : counts) {
    for (const auto& [name, count] : part)
      sum[name] += count;
  }
  EXPECT_THAT(sum, ElementsAre(Pair("A", 1000), Pair("B", 1000), Pair("C", 1000), Pair("D", 1000)));
}

TEST(Selector, FollowsChangesOfHealth) {
  const GroupSnapshot group = groupOf(3);
  Selector selector(Random(1));
  EXPECT_EQ(picks(selector, group, 3), "ABC");
  setState(group, 1, TargetState::Unhealthy);
  EXPECT_THAT(shares(selector, group, 10), ElementsAre(Pair("A", 5), Pair("C", 5)));
  setState(group, 1, TargetState::Healthy);
  EXPECT_THAT(shares(selector, group, 9), ElementsAre(Pair("A", 3), Pair("B", 3), Pair("C", 3)));
}

TEST(Selector, HasNothingToChooseInAnEmptyGroup) {
  Selector selector(Random(1));
  EXPECT_EQ(picks(selector, groupOf(0), 2), "--");
  const GroupSnapshot unused = groupOf(1);
  setState(unused, 0, TargetState::Unused);
  EXPECT_EQ(picks(selector, unused, 1), "-");
}

TEST(Selector, PassesOverWhileThereIsAnother) {
  for (const Algorithm algorithm :
       {Algorithm::RoundRobin, Algorithm::LeastOutstandingRequests, Algorithm::WeightedRandom}) {
    GroupSnapshot group = groupOf(3);
    group.settings.attributes.algorithm = algorithm;
    Selector selector(Random(1));
    const TargetRuntime* tried[] = {&runtimeOf(group, 0), &runtimeOf(group, 1), &runtimeOf(group, 2)};
    EXPECT_EQ(picks(selector, group, 4, {.passOver = {tried, 2}}), "CCCC");
    EXPECT_THAT(picks(selector, group, 4, {.passOver = tried}), Not(testing::HasSubstr("-")));
  }
}

TEST(Selector, FailsOpenByCountAndByPercentage) {
  struct Row {
    std::optional<std::uint32_t> count, percentage;
    std::size_t healthy;
    bool failOpen;
  };
  for (const auto& [count, percentage, healthy, failOpen] : std::vector<Row>{
           {1, std::nullopt, 1, false},
           {1, std::nullopt, 0, true},
           {3, std::nullopt, 3, false},
           {3, std::nullopt, 2, true},
           {1, 50, 2, false},
           {1, 51, 2, true},
           {1, 100, 4, false},
           {3, 25, 2, true},
       }) {
    GroupSnapshot group = groupOf(4);
    group.settings.attributes.unhealthyStateRouting = {count, percentage};
    for (std::size_t i = healthy; i < 4; ++i)
      setState(group, i, i % 2 == 0 ? TargetState::Unhealthy : TargetState::Initial);
    Selector selector(Random(1));
    const Pick pick = selector.pick(group, {});
    EXPECT_EQ(pick.failOpen, failOpen) << healthy << " healthy, count " << count.value_or(0);
    EXPECT_EQ(shares(selector, group, 12).size(), failOpen ? 4 : healthy);
  }
}

TEST(Selector, NeverFailsOpenToDrainingOrUnusedTargets) {
  const GroupSnapshot group = groupOf(4);
  setState(group, 0, TargetState::Draining);
  setState(group, 1, TargetState::Unused);
  setState(group, 2, TargetState::Unhealthy);
  setState(group, 3, TargetState::Initial);
  Selector selector(Random(1));
  EXPECT_THAT(shares(selector, group, 10), ElementsAre(Pair("C", 5), Pair("D", 5)));
}

TEST(Selector, ChoosesTheTargetWithTheFewestRequestsInProgress) {
  GroupSnapshot group = groupOf(4);
  group.settings.attributes.algorithm = Algorithm::LeastOutstandingRequests;
  for (std::size_t i = 0; i < 4; ++i)
    runtimeOf(group, i).outstanding = 5;
  runtimeOf(group, 2).outstanding = 1;
  Selector selector(Random(1));
  EXPECT_EQ(picks(selector, group, 3), "CCC");
  setState(group, 2, TargetState::Unhealthy);
  runtimeOf(group, 0).outstanding = 4;
  EXPECT_EQ(picks(selector, group, 3), "AAA");
}

TEST(Selector, EquallyBusyTargetsTakeTurns) {
  GroupSnapshot group = groupOf(4);
  group.settings.attributes.algorithm = Algorithm::LeastOutstandingRequests;
  runtimeOf(group, 1).outstanding = 7;
  runtimeOf(group, 2).outstanding = 7;
  Selector first(Random(1)), second(Random(2));
  EXPECT_EQ(picks(first, group, 3), "ADA");
  EXPECT_EQ(picks(second, group, 3), "DAD");
}

TEST(Selector, RequestsInProgressEvenOut) {
  GroupSnapshot group = groupOf(3);
  group.settings.attributes.algorithm = Algorithm::LeastOutstandingRequests;
  runtimeOf(group, 0).outstanding = 10;
  Selector selector(Random(1));
  for (int i = 0; i < 26; ++i)
    ++selector.pick(group, {}).target->runtime->outstanding;
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(runtimeOf(group, i).outstanding, 12);
}

TEST(Selector, WeightedRandomIsEvenWithoutMitigation) {
  GroupSnapshot group = groupOf(4);
  group.settings.attributes.algorithm = Algorithm::WeightedRandom;
  Selector selector(Random(7));
  const Counts counts = shares(selector, group, 40'000);
  for (const char* name : {"A", "B", "C", "D"})
    EXPECT_NEAR(counts.at(name), 10'000, 400) << name;
  EXPECT_NE(picks(selector, group, 40).substr(0, 20), picks(selector, group, 20)) << "no order to rely on";
}

TEST(Selector, WeightedRandomFollowsTheWeights) {
  GroupSnapshot group = groupOf(3);
  group.settings.attributes.algorithm = Algorithm::WeightedRandom;
  Selector selector(Random(7));
  (void)selector.pick(group, {});
  runtimeOf(group, 1).weight = kFullWeight / 10;  // no change of health: seen at once all the same
  const Counts counts = shares(selector, group, 42'000);
  EXPECT_NEAR(counts.at("A"), 20'000, 600);
  EXPECT_NEAR(counts.at("B"), 2'000, 200);
  EXPECT_NEAR(counts.at("C"), 20'000, 600);
}

TEST(Selector, KeepsASessionWhileItsTargetMayBeUsed) {
  const GroupSnapshot group = groupOf(3);
  Selector selector(Random(1));
  const PickRequest sticky{.sticky = &group.targets[1]};
  EXPECT_EQ(picks(selector, group, 3, sticky), "BBB");
  setState(group, 1, TargetState::Unhealthy);
  EXPECT_THAT(shares(selector, group, 6, sticky), Not(Contains(Key("B"))));
  setState(group, 0, TargetState::Unhealthy);
  setState(group, 2, TargetState::Unhealthy);
  EXPECT_EQ(picks(selector, group, 3, sticky), "BBB") << "failing open, none is better";
  const TargetRuntime* tried[] = {&runtimeOf(group, 1)};
  EXPECT_THAT(picks(selector, group, 3, {.passOver = tried, .sticky = &group.targets[1]}),
              Not(testing::HasSubstr("B")));
}

TEST(Selector, ManyTargetsAllGetTheirTurn) {
  const GroupSnapshot group = groupOf(1000);
  Selector selector(Random(1));
  const Counts counts = shares(selector, group, 2000);
  EXPECT_EQ(counts.size(), 1000U);
  EXPECT_THAT(counts, testing::Each(Pair(testing::_, 2)));
}

}  // namespace
}  // namespace spillway::balance
