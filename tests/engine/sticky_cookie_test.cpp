// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/sticky_cookie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/balance/selector.h"
#include "engine/balance/stickiness.h"
#include "tests/engine/balance_groups.h"

namespace spillway::balance {
namespace {

using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

/// 2026-01-01 00:00:00 UTC, a Thursday.
const WallTime kNow{seconds(1'767'225'600)};

std::vector<std::string> cookiesIn(const http::Headers& response) {
  std::vector<std::string> cookies;
  for (std::size_t i = 0; i < response.count(); ++i) {
    if (response.at(i).name == "set-cookie") cookies.emplace_back(response.at(i).value);
  }
  return cookies;
}

/// What a browser sends back: "name=value" of each cookie that was not removed.
http::Headers sentBack(const http::Headers& response) {
  http::Headers request;
  for (const std::string& cookie : cookiesIn(response)) {
    const std::string pair = cookie.substr(0, cookie.find(';'));
    if (!pair.ends_with('=')) request.add("cookie", pair);
  }
  return request;
}

// ---- Cookies on the wire

TEST(StickyCookie, IsFoundInAnyCookieField) {
  http::Headers request;
  request.add("cookie", "a=1; AWSALBX=no;AWSALB = yes ;b=2");
  request.add("x-cookie", "c=3");
  request.add("cookie", "d=4");
  EXPECT_EQ(findCookie(request, "AWSALB"), "yes");
  EXPECT_EQ(findCookie(request, "a"), "1");
  EXPECT_EQ(findCookie(request, "d"), "4");
  EXPECT_EQ(findCookie(request, "c"), std::nullopt);
  EXPECT_EQ(findCookie(request, "awsalb"), std::nullopt) << "names are case-sensitive";
}

TEST(StickyCookie, IsWrittenAsAlbWritesIt) {
  http::Headers response;
  addCookiePair(response, "AWSALB", "value", kNow);
  EXPECT_THAT(cookiesIn(response),
              ElementsAre("AWSALB=value; Expires=Thu, 08 Jan 2026 00:00:00 GMT; Path=/",
                          "AWSALBCORS=value; Expires=Thu, 08 Jan 2026 00:00:00 GMT; Path=/; SameSite=None; "
                          "Secure"));
}

TEST(StickyCookie, OnlyCrossSiteRequestsOfRecentChromiumAreToldSo) {
  const std::string chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/";
  struct Row {
    std::string origin, agent;
    CookieScope scope;
  };
  for (const auto& [origin, agent, scope] : std::vector<Row>{
           {"https://a.test", chrome + "120.0.0.0 Safari/537.36", CookieScope::CrossSite},
           {"https://a.test", chrome + "80.0 Safari/537.36", CookieScope::CrossSite},
           {"https://a.test", chrome + "79.0 Safari/537.36", CookieScope::SameSite},
           {"https://a.test", "Mozilla/5.0 Firefox/120.0", CookieScope::SameSite},
           {"", chrome + "120.0.0.0 Safari/537.36", CookieScope::SameSite},
       }) {
    http::Headers request;
    if (!origin.empty()) request.add("origin", origin);
    request.add("user-agent", agent);
    EXPECT_EQ(scopeFor(request), scope) << agent;
  }
}

// ---- Sessions

class Stickiness : public testing::Test {
 protected:
  void SetUp() override { attributes().stickiness.enabled = true; }
  config::TargetGroupAttributes& attributes() { return group_.settings.attributes; }
  void useAppCookie() {
    attributes().stickiness.type = config::Stickiness::Type::AppCookie;
    attributes().stickiness.appCookieName = "SID";
  }
  StickySession read(const http::Headers& request, WallTime now = kNow) {
    return readSession(request, group_, sealer_, now);
  }
  /// The request that follows a response of target B; `fields` are the target's own.
  http::Headers afterVisit(const StickySession& before = {}, http::Headers fields = {}) {
    addSessionCookies(fields, before, group_, group_.targets[1], sealer_, kNow);
    return sentBack(fields);
  }
  static http::Headers withSid() {
    http::Headers fields;
    fields.add("set-cookie", "SID=42; HttpOnly");
    return fields;
  }
  observe::RequestCounts countsOf(const StickySession& session, const Pick& pick) {
    observe::RequestCounts counts;
    countSession(counts, session, group_, pick);
    return counts;
  }

  GroupSnapshot group_ = groupOf(3);
  CookieSealer sealer_ = CookieSealer::withFreshKey();
};

TEST_F(Stickiness, LeadsBackToTheSameTarget) {
  const http::Headers request = afterVisit();
  const StickySession session = read(request);
  EXPECT_EQ(session.state, SessionState::Found);
  Selector selector(Random(1));
  for (int i = 0; i < 4; ++i) {
    const Pick pick = selector.pick(group_, {.sticky = session.target});
    EXPECT_EQ(pick.target->text, "B");
    EXPECT_FALSE(countsOf(session, pick).nonSticky);
  }
}

TEST_F(Stickiness, IsOffWhenSwitchedOff) {
  const http::Headers request = afterVisit();
  attributes().stickiness.enabled = false;
  EXPECT_EQ(read(request).state, SessionState::Off);
  EXPECT_EQ(read(request).target, nullptr);
  EXPECT_TRUE(afterVisit().empty());
  EXPECT_FALSE(countsOf(read(request), {&group_.targets[0]}).nonSticky);
}

TEST_F(Stickiness, TheCookieIsHundredOrSoCharactersThatSayNothing) {
  const http::Headers request = afterVisit();
  const std::string value(*findCookie(request, "AWSALB"));
  EXPECT_EQ(findCookie(request, "AWSALBCORS"), value);
  EXPECT_THAT(value, Not(HasSubstr("shop")));
  EXPECT_TRUE(value.size() > 60 && value.size() < 160) << value.size();
}

TEST_F(Stickiness, TheCopyForOtherSitesWins) {
  http::Headers response;
  addSessionCookies(response, {}, group_, group_.targets[1], sealer_, kNow);
  const std::string toB(*findCookie(sentBack(response), "AWSALB"));
  http::Headers other;
  addSessionCookies(other, {}, group_, group_.targets[2], sealer_, kNow);
  const std::string toC(*findCookie(sentBack(other), "AWSALB"));
  http::Headers request;
  request.add("cookie", "AWSALB=" + toB + "; AWSALBCORS=" + toC);
  EXPECT_EQ(read(request).target->text, "C");
  http::Headers plain;
  plain.add("cookie", "AWSALB=" + toB);
  EXPECT_EQ(read(plain).target->text, "B");
}

TEST_F(Stickiness, EndsAfterItsDurationUnlessRenewed) {
  attributes().stickiness.lbCookieDurationSeconds = 60;
  const http::Headers request = afterVisit();
  EXPECT_EQ(read(request, kNow + seconds(59)).state, SessionState::Found);
  EXPECT_EQ(read(request, kNow + seconds(60)).state, SessionState::Expired);
  EXPECT_EQ(read(request, kNow + seconds(60)).target, nullptr);
  http::Headers renewed;
  addSessionCookies(renewed, read(request), group_, group_.targets[1], sealer_, kNow + seconds(50));
  EXPECT_EQ(read(sentBack(renewed), kNow + seconds(100)).state, SessionState::Found);
}

TEST_F(Stickiness, IsLostWithItsTarget) {
  const http::Headers request = afterVisit();
  setState(group_, 1, observe::TargetState::Unhealthy);
  Selector selector(Random(1));
  const StickySession session = read(request);
  const Pick pick = selector.pick(group_, {.sticky = session.target});
  EXPECT_NE(pick.target->text, "B");
  EXPECT_TRUE(countsOf(session, pick).nonSticky);
  group_.targets.erase(group_.targets.begin() + 1);
  EXPECT_EQ(read(request).state, SessionState::TargetGone);
}

TEST_F(Stickiness, ACookieOfOneGroupIsNotValidInAnother) {
  const http::Headers request = afterVisit();
  GroupSnapshot other = groupOf(3, "other");  // with targets of the same addresses
  other.settings.attributes.stickiness.enabled = true;
  const StickySession session = readSession(request, other, sealer_, kNow);
  EXPECT_EQ(session.state, SessionState::OtherGroup);
  EXPECT_EQ(session.target, nullptr);
}

TEST_F(Stickiness, ATamperedCookieIsRefusedAndAFirstRequestIsNoError) {
  std::string value(*findCookie(afterVisit(), "AWSALB"));
  value[30] = value[30] == 'A' ? 'B' : 'A';
  http::Headers tampered;
  tampered.add("cookie", "AWSALB=" + value);
  EXPECT_EQ(read(tampered).state, SessionState::Undecodable);
  EXPECT_EQ(read({}).state, SessionState::NoCookie);
  EXPECT_TRUE(countsOf(read({}), {&group_.targets[0]}).nonSticky) << "a new target was chosen";
}

TEST_F(Stickiness, AnApplicationsSessionBeginsWithItsOwnCookie) {
  useAppCookie();
  EXPECT_TRUE(afterVisit().empty());
  http::Headers other;
  other.add("set-cookie", "SIDE=1");
  other.add("set-cookie", "x=SID=1");
  EXPECT_EQ(afterVisit({}, other).count(), 2U);
  const http::Headers request = afterVisit({}, withSid());
  ASSERT_EQ(request.count(), 2U);
  EXPECT_EQ(findCookie(request, "SID"), "42");
  EXPECT_EQ(read(request).state, SessionState::Found);
  EXPECT_EQ(read(request).target->text, "B");
}

TEST_F(Stickiness, AnApplicationsSessionNeedsBothCookies) {
  useAppCookie();
  const std::string value(*findCookie(afterVisit({}, withSid()), "AWSALBAPP-0"));
  http::Headers one, both;
  one.add("cookie", "AWSALBAPP-0=" + value);
  both.add("cookie", "SID=changed; AWSALBAPP-0=" + value);
  EXPECT_EQ(read(one).state, SessionState::NoCookie);
  EXPECT_EQ(read(one).target, nullptr);
  EXPECT_EQ(read(both).state, SessionState::Found) << "only the name is looked at";
  const observe::RequestCounts counts = countsOf(read(one), {&group_.targets[0]});
  EXPECT_TRUE(counts.appCookieNonSticky);
  EXPECT_FALSE(counts.nonSticky);
}

TEST_F(Stickiness, AnApplicationsSessionIsRenewedWithEachResponseOfItsTarget) {
  useAppCookie();
  const StickySession session = read(afterVisit({}, withSid()));
  EXPECT_EQ(afterVisit(session).count(), 1U);
  http::Headers elsewhere;
  addSessionCookies(elsewhere, session, group_, group_.targets[2], sealer_, kNow);
  EXPECT_TRUE(elsewhere.empty()) << "another target that has begun no session";
}

TEST_F(Stickiness, OneApplicationCookieHoldsTheSessionsOfAllGroups) {
  useAppCookie();
  GroupSnapshot other = groupOf(3, "other");
  other.settings.attributes = group_.settings.attributes;
  const http::Headers first = afterVisit({}, withSid());
  http::Headers response = withSid();
  addSessionCookies(response, readSession(first, other, sealer_, kNow), other, other.targets[2], sealer_,
                    kNow);
  const http::Headers request = sentBack(response);
  EXPECT_EQ(read(request).target->text, "B");
  EXPECT_EQ(readSession(request, other, sealer_, kNow).target->text, "C");
}

TEST_F(Stickiness, ALargeApplicationCookieIsCutInto4KShards) {
  useAppCookie();
  StickySession session;
  session.shards = 4;
  for (int i = 0; i < 150; ++i)
    session.others.push_back({{fmt::format("group-{:026}", i), "127.0.0.1", 1}, secondsOf(kNow) + 1});
  const http::Headers request = afterVisit(session, withSid());
  std::vector<std::string> shards;
  for (std::size_t i = 0; i < request.count(); ++i) {
    if (request.at(i).value.starts_with("AWSALBAPP-")) shards.emplace_back(request.at(i).value);
  }
  ASSERT_THAT(shards, SizeIs(3));
  EXPECT_THAT(shards[0], AllOf(StartsWith("AWSALBAPP-0="), SizeIs(4096)));
  EXPECT_THAT(shards[1], AllOf(StartsWith("AWSALBAPP-1="), SizeIs(4096)));
  EXPECT_LT(shards[2].size(), 4096U);
  const StickySession again = read(request);
  EXPECT_EQ(again.target->text, "B");
  EXPECT_EQ(again.others.size(), 150U);
  EXPECT_EQ(again.shards, 3U);
}

TEST_F(Stickiness, ShardsThatAreNoLongerNeededAreRemoved) {
  useAppCookie();
  StickySession session;
  session.shards = 3;
  http::Headers response = withSid();
  addSessionCookies(response, session, group_, group_.targets[1], sealer_, kNow);
  EXPECT_THAT(cookiesIn(response),
              ElementsAre(StartsWith("SID="), StartsWith("AWSALBAPP-0="),
                          "AWSALBAPP-1=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
                          "AWSALBAPP-2=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"));
}

TEST_F(Stickiness, FourShardsAreTheMost) {
  useAppCookie();
  StickySession session;
  for (int i = 0; i < 1000; ++i)
    session.others.push_back({{fmt::format("group-{:026}", i), "127.0.0.1", 1}, secondsOf(kNow) + 1});
  const http::Headers request = afterVisit(session, withSid());
  EXPECT_EQ(request.count(), 5U);
  EXPECT_EQ(read(request).target->text, "B") << "the newest is kept";
}

}  // namespace
}  // namespace spillway::balance
