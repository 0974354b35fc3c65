// SPDX-License-Identifier: GPL-3.0-or-later
// X-Amzn-Trace-Id (alb-behaviour §5.4).
#include "engine/proxy/trace_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/head_cases.h"

namespace spillway::proxy {
namespace {

using ::testing::MatchesRegex;
using ::testing::Not;

const std::string kId = "1-[0-9a-f]{8}-[0-9a-f]{24}";
const std::string kCame = "1-69a554f5-0a1b2c3d4e5f60718293a4b5";

TEST(TraceId, FollowsTheTable) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "Root=" + kId},
      {"Root=" + kCame, "Self=" + kId + ";Root=" + kCame},
      {"Root=" + kCame + ";CalledFrom=app", "Self=" + kId + ";Root=" + kCame + ";CalledFrom=app"},
      {"Self=" + kCame + ";Root=" + kCame, "Self=" + kId + ";Root=" + kCame},
      {"Root=" + kCame + "; Self=" + kCame + ";a=b", "Root=" + kCame + ";Self=" + kId + ";a=b"},
      {"Self=" + kCame, "Self=" + kId},
      {"Self=" + kCame + ";Self=" + kCame, "Self=" + kId},
      {"CalledFrom=app", "Root=" + kId + ";CalledFrom=app"},
      {";;", "Root=" + kId},
  };
  for (const auto& [came, expected] : cases) {
    const std::string next = nextTrace(came, 100);
    EXPECT_THAT(next, MatchesRegex(expected)) << came;
    if (came.find("Self=") != std::string::npos) {
      EXPECT_EQ(next.find("Self=" + kCame), std::string::npos);
    }
  }
}

TEST(TraceId, AboveSevenKilobytesOfFieldsItBeginsAnew) {
  EXPECT_THAT(nextTrace("Root=" + kCame, 7 * 1024), MatchesRegex("Self=.*;Root=" + kCame));
  EXPECT_THAT(nextTrace("Root=" + kCame, 7 * 1024 + 1), MatchesRegex("Root=" + kId));
  EXPECT_EQ(nextTrace("Root=" + kCame, 7 * 1024 + 1).find(kCame), std::string::npos);
}

TEST(TraceId, IsSentAndTold) {
  auto head = requestWith({{"x-amzn-trace-id", "Root=" + kCame}, {"x-amzn-trace-id", "Root=second"}});
  const auto told = rewriteRequestHead(head, clientFacts(), plainListener());
  EXPECT_EQ(valuesOf(head, "x-amzn-trace-id"), told.traceId);
  EXPECT_THAT(told.traceId, MatchesRegex("Self=" + kId + ";Root=" + kCame));

  auto large = requestWith({{"x-amzn-trace-id", "Root=" + kCame}, {"x-filler", std::string(7 * 1024, 'a')}});
  EXPECT_THAT(rewriteRequestHead(large, clientFacts(), plainListener()).traceId, MatchesRegex("Root=" + kId));
}

TEST(TraceId, ConnectionsHaveTheirOwn) {
  EXPECT_THAT(newConnectionTraceId(), MatchesRegex("TID_[0-9a-f]{32}"));
  EXPECT_NE(newConnectionTraceId(), newConnectionTraceId());
}

}  // namespace
}  // namespace spillway::proxy
