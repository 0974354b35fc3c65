// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/cookie_sealer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/balance/cookie_keys.h"
#include "engine/base/base64url.h"
#include "tests/support/temporary_folder.h"

namespace spillway::balance {
namespace {

using std::chrono::hours;
using testing::HasSubstr;
using testing::Not;

/// 2026-01-01 00:00:00 UTC.
const WallTime kNow{std::chrono::seconds(1'767'225'600)};

// ---- Base64url

TEST(Base64Url, WritesBytesAsText) {
  for (const auto& [bytes, text] : std::vector<std::pair<std::string, std::string>>{
           {"", ""},
           {"f", "Zg"},
           {"fo", "Zm8"},
           {"foo", "Zm9v"},
           {"foob", "Zm9vYg"},
           {"\xFB\xFF\xFE", "-__-"},
       }) {
    EXPECT_EQ(toBase64Url(bytes), text);
    EXPECT_EQ(fromBase64Url(text), bytes);
  }
}

TEST(Base64Url, RefusesWhatItDidNotWrite) {
  for (const char* text : {"Z", "Zm9vY", "Zh", "Zg==", "Zm9v ", "Zm+v", "Zm/v", "Zm%39"})
    EXPECT_EQ(fromBase64Url(text), std::nullopt) << text;
}

// ---- Sealing

TEST(CookieSealer, OpensWhatItSealed) {
  const CookieSealer sealer = CookieSealer::withFreshKey();
  const std::string sealed = sealer.seal(CookieUse::TargetSession, "the target");
  EXPECT_THAT(sealed, Not(HasSubstr("target")));
  EXPECT_EQ(sealer.open(CookieUse::TargetSession, sealed), "the target");
  EXPECT_NE(sealer.seal(CookieUse::TargetSession, "the target"), sealed) << "no two are alike";
}

TEST(CookieSealer, RefusesEveryChange) {
  const CookieSealer sealer = CookieSealer::withFreshKey();
  const std::string sealed = sealer.seal(CookieUse::TargetSession, "the target");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(sealer.open(CookieUse::TargetSession, changed), std::nullopt) << i;
    EXPECT_EQ(sealer.open(CookieUse::TargetSession, sealed.substr(0, i)), std::nullopt) << i;
  }
  EXPECT_EQ(sealer.open(CookieUse::TargetSession, sealed + "A"), std::nullopt);
  EXPECT_EQ(sealer.open(CookieUse::TargetSession, std::string(100'000, 'A')), std::nullopt);
}

TEST(CookieSealer, RefusesValuesOfOthersAndForAnotherUse) {
  const CookieSealer sealer = CookieSealer::withFreshKey(), stranger = CookieSealer::withFreshKey();
  const std::string sealed = sealer.seal(CookieUse::TargetSession, "the target");
  EXPECT_EQ(stranger.open(CookieUse::TargetSession, sealed), std::nullopt);
  EXPECT_EQ(sealer.open(CookieUse::TargetGroup, sealed), std::nullopt);
  EXPECT_EQ(sealer.open(CookieUse::ApplicationSession, sealed), std::nullopt);
}

// ---- Keys

TEST(CookieKeys, LastBeyondTheProgram) {
  const test::TemporaryFolder folder;
  const auto first = openCookieKeys(folder.path(), kNow);
  ASSERT_TRUE(first) << first.error().detail;
  const auto second = openCookieKeys(folder.path(), kNow + hours(24));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->open(CookieUse::TargetGroup, first->seal(CookieUse::TargetGroup, "x")), "x");
  const auto mode = std::filesystem::status(folder.file("cookie.key")).permissions();
  EXPECT_EQ(static_cast<unsigned>(mode), 0600U);
}

TEST(CookieKeys, AnOldKeyGetsASuccessorAndStillOpens) {
  const test::TemporaryFolder folder;
  const auto week = hours(7 * 24);
  const std::string sealed = openCookieKeys(folder.path(), kNow)->seal(CookieUse::TargetGroup, "x");
  const auto next = openCookieKeys(folder.path(), kNow + week);
  EXPECT_EQ(next->open(CookieUse::TargetGroup, sealed), "x");
  EXPECT_NE(fromBase64Url(next->seal(CookieUse::TargetGroup, "x"))->front(), fromBase64Url(sealed)->front());
  const auto last = openCookieKeys(folder.path(), kNow + 2 * week);
  EXPECT_EQ(last->open(CookieUse::TargetGroup, sealed), std::nullopt);
  EXPECT_EQ(last->open(CookieUse::TargetGroup, next->seal(CookieUse::TargetGroup, "y")), "y");
}

TEST(CookieKeys, ADamagedOrOpenFileIsReplaced) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("cookie.key");
  const std::string sealed = openCookieKeys(folder.path(), kNow)->seal(CookieUse::TargetGroup, "x");
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  EXPECT_EQ(openCookieKeys(folder.path(), kNow)->open(CookieUse::TargetGroup, sealed), std::nullopt);
  EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(file).permissions()), 0600U);
  std::ofstream(file) << "0 1 short\n";
  const auto made = openCookieKeys(folder.path(), kNow);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->open(CookieUse::TargetGroup, made->seal(CookieUse::TargetGroup, "x")), "x");
}

TEST(CookieKeys, AFolderThatCannotBeIsAnError) {
  const auto made = openCookieKeys("/dev/null/nowhere", kNow);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().detail, HasSubstr("/dev/null/nowhere"));
}

}  // namespace
}  // namespace spillway::balance
