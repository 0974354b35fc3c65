// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/events.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace spillway::observe {
namespace {

TEST(EventWords, AreAlbs) {
  EXPECT_STREQ(toString(TargetState::Initial), "initial");
  EXPECT_STREQ(toString(TargetState::Draining), "draining");
  EXPECT_STREQ(toString(HealthReason::None), "");
  EXPECT_STREQ(toString(HealthReason::InitialHealthChecking), "Elb.InitialHealthChecking");
  EXPECT_STREQ(toString(HealthReason::FailedHealthChecks), "Target.FailedHealthChecks");
  EXPECT_STREQ(toString(LogType::Grpcs), "grpcs");
  EXPECT_STREQ(toString(LogType::H2c), "h2c");
  EXPECT_STREQ(toString(CallKind::Bidirectional), "bidi");
  EXPECT_STREQ(toString(CallKind::NotGrpc), "–");
}

TEST(EventWords, NameEveryGrpcStatus) {
  EXPECT_STREQ(grpcStatusName(0), "OK");
  EXPECT_STREQ(grpcStatusName(1), "CANCELLED");
  EXPECT_STREQ(grpcStatusName(4), "DEADLINE_EXCEEDED");
  EXPECT_STREQ(grpcStatusName(12), "UNIMPLEMENTED");
  EXPECT_STREQ(grpcStatusName(14), "UNAVAILABLE");
  EXPECT_STREQ(grpcStatusName(16), "UNAUTHENTICATED");
  EXPECT_STREQ(grpcStatusName(17), "");
  EXPECT_STREQ(grpcStatusName(~0U), "");
  std::set<std::string> names;
  for (std::uint32_t code = 0; code <= 16; ++code)
    names.insert(grpcStatusName(code));
  EXPECT_EQ(names.size(), 17U);
}

TEST(EventWords, TellOutcomesApart) {
  std::set<std::string> words;
  constexpr int kLast = static_cast<int>(Outcome::Open);
  for (int i = 0; i <= kLast; ++i)
    words.insert(toString(static_cast<Outcome>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(kLast) + 1);
  EXPECT_FALSE(words.contains(""));
}

}  // namespace
}  // namespace spillway::observe
