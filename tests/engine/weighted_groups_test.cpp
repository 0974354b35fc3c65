// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/weighted_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/balance/sticky_cookie.h"
#include "tests/engine/balance_groups.h"

namespace spillway::balance {
namespace {

using std::chrono::seconds;

const WallTime kNow{seconds(1'767'225'600)};

class WeightedGroups : public testing::Test {
 protected:
  /// Groups "g0", "g1", … with these weights.
  static ActionSnapshot actionOf(const std::vector<std::uint32_t>& weights) {
    ActionSnapshot action;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      auto group = std::make_shared<const GroupSnapshot>(groupOf(1, fmt::format("g{}", i)));
      action.groups.push_back({group, weights[i]});
    }
    return action;
  }
  static ActionSnapshot stickyActionOf(const std::vector<std::uint32_t>& weights) {
    ActionSnapshot action = actionOf(weights);
    action.settings.targetGroupStickiness = {true, 60};
    return action;
  }
  GroupChoice choose(const ActionSnapshot& action, const http::Headers& request = {}, WallTime now = kNow) {
    return chooseGroup(action, request, sealer_, now, random_);
  }
  Counts shares(const ActionSnapshot& action, int count, const http::Headers& request = {}) {
    Counts counts;
    for (int i = 0; i < count; ++i)
      ++counts[choose(action, request).group->group->settings.name];
    return counts;
  }
  /// The request of a client that was sent to this group.
  http::Headers afterVisit(const ActionSnapshot& action, std::size_t group) {
    http::Headers response, request;
    addGroupCookies(response, action, *action.groups[group].group, sealer_, kNow);
    for (std::size_t i = 0; i < response.count(); ++i)
      request.add("cookie", response.at(i).value.substr(0, response.at(i).value.find(';')));
    return request;
  }

  CookieSealer sealer_ = CookieSealer::withFreshKey();
  Random random_{42};
};

TEST_F(WeightedGroups, ShareRequestsByWeight) {
  const Counts counts = shares(actionOf({1, 3, 0, 996}), 100'000);
  EXPECT_NEAR(counts.at("g0"), 100, 40);
  EXPECT_NEAR(counts.at("g1"), 300, 70);
  EXPECT_FALSE(counts.contains("g2"));
  EXPECT_GT(counts.at("g3"), 99'000);
  const Counts even = shares(actionOf({999, 999}), 20'000);
  EXPECT_NEAR(even.at("g0"), 10'000, 300);
}

TEST_F(WeightedGroups, WithoutAnyWeightNobodyGetsTheRequest) {
  EXPECT_EQ(choose(actionOf({0, 0})).group, nullptr);
  EXPECT_EQ(choose(actionOf({0})).group, nullptr);
  EXPECT_EQ(choose(actionOf({})).group, nullptr);
}

TEST_F(WeightedGroups, DoNotStepInForEachOther) {
  ActionSnapshot action = actionOf({1, 1});
  action.groups[0].group = std::make_shared<const GroupSnapshot>(groupOf(0, "g0"));
  EXPECT_NEAR(shares(action, 2000).at("g0"), 1000, 150) << "empty, and chosen all the same";
}

TEST_F(WeightedGroups, AClientStaysWithItsGroup) {
  const ActionSnapshot action = stickyActionOf({1, 1, 1});
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(shares(action, 100, afterVisit(action, i)).size(), 1U);
  EXPECT_EQ(choose(action, afterVisit(action, 2)).group, &action.groups[2]);
}

TEST_F(WeightedGroups, TheCookieComesInTwoCopies) {
  http::Headers response;
  const ActionSnapshot action = stickyActionOf({1, 1});
  addGroupCookies(response, action, *action.groups[0].group, sealer_, kNow);
  ASSERT_EQ(response.count(), 2U);
  EXPECT_THAT(std::string(response.at(0).value), testing::StartsWith("AWSALBTG="));
  EXPECT_THAT(std::string(response.at(1).value), testing::AllOf(testing::StartsWith("AWSALBTGCORS="),
                                                                testing::EndsWith("SameSite=None; Secure")));
}

TEST_F(WeightedGroups, WithoutStickinessTheCookieMeansNothing) {
  const ActionSnapshot sticky = stickyActionOf({1, 1});
  ActionSnapshot plain = sticky;
  plain.settings.targetGroupStickiness.enabled = false;
  EXPECT_EQ(shares(plain, 100, afterVisit(sticky, 0)).size(), 2U);
  http::Headers response;
  addGroupCookies(response, plain, *plain.groups[0].group, sealer_, kNow);
  EXPECT_TRUE(response.empty());
}

TEST_F(WeightedGroups, ASessionEndsAfterItsDuration) {
  const ActionSnapshot action = stickyActionOf({999, 1});
  const http::Headers request = afterVisit(action, 1);
  EXPECT_EQ(choose(action, request, kNow + seconds(59)).group, &action.groups[1]);
  int kept = 0;
  for (int i = 0; i < 100; ++i)
    kept += choose(action, request, kNow + seconds(60)).group == &action.groups[1] ? 1 : 0;
  EXPECT_LT(kept, 10);
  EXPECT_NE(choose(action, request, kNow + seconds(60)).cookie, GroupCookie::Invalid)
      << "expired is not invalid";
}

TEST_F(WeightedGroups, AGroupThatGetsNothingLosesItsSessions) {
  const ActionSnapshot before = stickyActionOf({1, 1});
  const ActionSnapshot after = stickyActionOf({1, 0});
  EXPECT_EQ(choose(after, afterVisit(before, 1)).group, &after.groups[0]);
  const ActionSnapshot without = stickyActionOf({1});
  EXPECT_EQ(choose(without, afterVisit(before, 1)).group, &without.groups[0]);
  EXPECT_NE(choose(without, afterVisit(before, 1)).cookie, GroupCookie::Invalid);
}

TEST_F(WeightedGroups, AnUndecodableCookieIsInvalidAndReplaced) {
  const ActionSnapshot action = stickyActionOf({1, 1});
  const std::string value(*findCookie(afterVisit(action, 0), "AWSALBTG"));
  std::string tampered = value;
  tampered[20] = tampered[20] == 'A' ? 'B' : 'A';
  for (const std::string& bad : {std::string("x"), tampered, value + "%3D", value.substr(1), std::string()}) {
    http::Headers request;
    request.add("cookie", "AWSALBTG=" + bad);
    const GroupChoice choice = choose(action, request);
    EXPECT_EQ(choice.cookie, GroupCookie::Invalid) << bad;
    EXPECT_NE(choice.group, nullptr);
  }
  EXPECT_NE(choose(action).cookie, GroupCookie::Invalid);
  EXPECT_NE(choose(action, afterVisit(action, 0)).cookie, GroupCookie::Invalid);
}

}  // namespace
}  // namespace spillway::balance
