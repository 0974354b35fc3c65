// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace spillway::config {
namespace {

using testing::HasSubstr;

struct MatchCase {
  const char* text;
  std::uint32_t lowest, highest;
  std::vector<std::uint32_t> in, out;
};

TEST(CodeMatcher, MatchesCodesListsAndRanges) {
  const std::vector<MatchCase> cases{
      {"12", 0, 99, {12}, {0, 11, 13, 1, 2}},
      {"0,12", 0, 99, {0, 12}, {1, 11}},
      {"0-99", 0, 99, {0, 50, 99}, {100}},
      {"0-0", 0, 99, {0}, {1}},
      {"200", 200, 499, {200}, {0, 199, 201}},
      {"200-299,301", 200, 499, {200, 299, 301}, {300, 302}},
      {"200-499", 200, 499, {200, 404, 499}, {199, 500}},
  };
  for (const auto& [text, lowest, highest, in, out] : cases) {
    const auto matcher = CodeMatcher::parse(text, lowest, highest);
    ASSERT_TRUE(matcher) << text << ": " << matcher.error().detail;
    for (const auto code : in)
      EXPECT_TRUE(matcher->matches(code)) << text << " should match " << code;
    for (const auto code : out)
      EXPECT_FALSE(matcher->matches(code)) << text << " should not match " << code;
  }
}

struct RefusalCase {
  const char* text;
  std::uint32_t lowest, highest;
  const char* words;
};

TEST(CodeMatcher, SaysWhatIsWrongAndWhatWouldBeRight) {
  const std::vector<RefusalCase> cases{
      {"abc", 0, 99, "'abc' is not a success code: write codes like 12"},
      {"abc", 200, 499, "write codes like 200"},
      {"", 0, 99, "missing: write codes like 12"},
      {"100-5", 0, 99, "The range '100-5' runs backwards: write the lower code first, within 0-99."},
      {"200", 0, 99,
       "Health check matcher GRPC code '200' must be within '0-99' inclusive: 200 is an HTTP code"},
      {"0-100", 0, 99, "GRPC code '100' must be within '0-99' inclusive"},
      {"12", 200, 499,
       "Health check matcher HTTP code '12' must be within '200-499' inclusive: 12 is a gRPC code"},
      {"500", 200, 499, "HTTP code '500' must be within '200-499' inclusive."},
      {"0, 12", 0, 99, "no spaces"},
      {"0,", 0, 99, "'' is not a success code"},
      {"-5", 0, 99, "'-5' is not a success code"},
      {"5-", 0, 99, "'5-' is not a success code"},
      {"1-2-3", 0, 99, "'1-2-3' is not a success code"},
      {"99999999999", 0, 99, "'99999999999' is not a success code"},
  };
  for (const auto& [text, lowest, highest, words] : cases) {
    const auto matcher = CodeMatcher::parse(text, lowest, highest);
    ASSERT_FALSE(matcher) << text;
    EXPECT_THAT(matcher.error().detail, HasSubstr(words));
    EXPECT_EQ(matcher.error().code, ErrorCode::Invalid);
  }
}

}  // namespace
}  // namespace spillway::config
