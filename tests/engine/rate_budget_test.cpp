// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/rate_budget.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{1h};

int taken(RateBudget& budget, TimePoint now, std::uint32_t perSecond, int wanted) {
  int count = 0;
  for (int i = 0; i < wanted; ++i)
    count += budget.take(now, perSecond) ? 1 : 0;
  return count;
}

TEST(RateBudget, GivesASecondsWorthAtOnceAndNoMore) {
  RateBudget budget;
  EXPECT_EQ(taken(budget, kStart, 100, 1000), 100);
  EXPECT_EQ(taken(budget, kStart, 100, 1000), 0);
}

TEST(RateBudget, FillsEvenly) {
  RateBudget budget;
  EXPECT_EQ(taken(budget, kStart, 100, 1000), 100);
  EXPECT_EQ(taken(budget, kStart + 500ms, 100, 1000), 50);
  EXPECT_EQ(taken(budget, kStart + 625ms, 100, 1000), 12);
  EXPECT_EQ(taken(budget, kStart + 1h, 100, 1000), 100);
}

TEST(RateBudget, TakesNoHarmFromATimeThatGoesBack) {
  RateBudget budget;
  EXPECT_EQ(taken(budget, kStart, 100, 60), 60);
  EXPECT_EQ(taken(budget, kStart - 10s, 100, 1000), 40);
  EXPECT_EQ(taken(budget, kStart + 125ms, 100, 1000), 12);
}

TEST(RateBudget, OfNothingGivesNothing) {
  RateBudget budget;
  EXPECT_EQ(taken(budget, kStart, 0, 10), 0);
}

}  // namespace
}  // namespace spillway
