// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/wildcard.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "engine/base/regex.h"

namespace spillway::balance {
namespace {

using Escapes = Wildcard::Escapes;

struct Case {
  const char* pattern;
  const char* text;
  bool matches;
};

void expectEach(std::initializer_list<Case> cases, LetterCase letterCase = LetterCase::Sensitive,
                Escapes escapes = Escapes::None) {
  for (const auto& [pattern, text, matches] : cases) {
    EXPECT_EQ(Wildcard(pattern, letterCase, escapes).matches(text), matches) << pattern << " on " << text;
  }
}

TEST(Wildcard, CoversTheWholeText) {
  expectEach({
      {"", "", true},
      {"", "a", false},
      {"a", "", false},
      {"/img/*", "/img/a.png", true},
      {"/img/*", "/img/", true},
      {"/img/*", "/img", false},
      {"/img/*", "/old/img/a", false},
      {"/img/*/pics", "/img/a/b/pics", true},
      {"/img/*/pics", "/img/a/b/pics/", false},
      {"*.example.com", "test.example.com", true},
      {"*.example.com", "a.b.example.com", true},
      {"*.example.com", "example.com", false},
      {"*", "", true},
      {"***", "x", true},
      {"?", "", false},
      {"?", "x", true},
      {"??", "x", false},
      {"a?c", "abc", true},
      {"a?c", "ac", false},
      {"*a*b", "xaxbxab", true},
      {"*a*b", "xaxbxabx", false},
      {"*ab", "aab", true},
      {"a*a", "a", false},
      {"/*?", "/", false},
      {"*?x?*", "axb", true},
  });
}

TEST(Wildcard, LetterCaseCountsOnlyWhereItShould) {
  expectEach({{"/A/*", "/a/b", false}, {"/A/*", "/A/b", true}});
  expectEach({{"*.Shop.TEST", "a.shOP.test", true}, {"[", "{", false}, {"@", "`", false}},
             LetterCase::Insensitive);
}

TEST(Wildcard, EscapesOnlyWhereAlbHasThem) {
  expectEach({{R"(a\*)", "a*", true},
              {R"(a\*)", "ab", false},
              {R"(\?)", "?", true},
              {R"(\?)", "x", false},
              {R"(a\\)", R"(a\)", true},
              {R"(a\b)", R"(a\b)", true},
              {R"(a\)", R"(a\)", true}},
             LetterCase::Insensitive, Escapes::Backslash);
  expectEach({{R"(a\*)", R"(a\b)", true}, {R"(a\*)", "a*", false}});
}

TEST(Wildcard, ManyStarsAgainstALongTextAreFast) {
  std::string pattern;
  for (int i = 0; i < 64; ++i)
    pattern += "*a";
  pattern += "b";
  const std::string text(64 * 1024, 'a');
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(Wildcard(pattern).matches(text));
  EXPECT_TRUE(Wildcard(pattern).matches(text + "b"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(Regex, SearchesAndCaptures) {
  const auto regex = Regex::compile("^/dp/([A-Z0-9]+)(x)?", LetterCase::Sensitive);
  ASSERT_TRUE(regex);
  EXPECT_EQ(regex->groupCount(), 2U);
  EXPECT_TRUE(regex->isIn("/dp/B01/more"));
  EXPECT_FALSE(regex->isIn("/a/dp/B01"));
  EXPECT_EQ(regex->search("/dp/B01/more"), (std::vector<std::string_view>{"/dp/B01", "B01", ""}));
  EXPECT_TRUE(regex->search("/dp/").empty());
  EXPECT_TRUE(Regex::compile("shop", LetterCase::Insensitive)->isIn("my.SHOP.test"));
  EXPECT_TRUE(Regex::compile("^a.b$", LetterCase::Sensitive)
                  ->isIn("a\xFF"
                         "b"))
      << "bytes, not UTF-8";
}

TEST(Regex, SaysWhyItCannotBeUsed) {
  for (const char* pattern : {"(", "a(?=b)", R"((a)\1)", "a++", "(?>a)", "(a{1000}){1000}"})
    EXPECT_FALSE(Regex::compile(pattern, LetterCase::Sensitive)) << pattern;
  EXPECT_EQ(Regex::compile("a(", LetterCase::Sensitive).error().detail, "missing ): a(");
}

TEST(Regex, HostileShapesAreFast) {
  const auto start = std::chrono::steady_clock::now();
  const std::string text(64 * 1024, 'a');
  EXPECT_FALSE(Regex::compile("^(a+)+$", LetterCase::Sensitive)->isIn(text + "b"));
  EXPECT_FALSE(Regex::compile("(.*a){20}b", LetterCase::Sensitive)->isIn(text));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace spillway::balance
