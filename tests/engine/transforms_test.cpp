// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/transforms.h"

#include <gtest/gtest.h>

namespace spillway::balance {
namespace {

config::Rule ruleOf(std::optional<config::Rewrite> host, std::optional<config::Rewrite> url) {
  config::Rule rule;
  rule.hostHeaderRewrite = std::move(host);
  rule.urlRewrite = std::move(url);
  return rule;
}

TransformResult rewriteUrl(const char* regex, const char* replace, std::string_view target) {
  return Transforms::of(ruleOf({}, config::Rewrite{regex, replace}))->apply("shop.test", target);
}
TransformResult rewriteHost(const char* regex, const char* replace, std::string_view host) {
  return Transforms::of(ruleOf(config::Rewrite{regex, replace}, {}))->apply(host, "/a");
}

TEST(Transforms, ARuleWithoutAnyHasNone) {
  EXPECT_EQ(Transforms::of(ruleOf({}, {})), nullptr);
}

TEST(Transforms, RewriteTheUrl) {
  struct {
    const char *regex, *replace, *target, *expected;
  } const cases[]{
      {"^/dp/([A-Za-z0-9]+)/?$", "/product.php?id=$1", "/dp/B01/", "/product.php?id=B01"},
      {"^/api/(.*)$", "/$1", "/api/users?x=1", "/users?x=1"},
      {"/a/", "/b/", "/x/a/a/", "/x/b/a/"},
      {"^/(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)$", "/$10$1", "/abcdefghij", "/ja"},
      {"x", "$", "/x", "/$"},
      {"(x)?y", "[$1]", "/y", "/[]"},
      {"^(.*)$", "/v2$0", "/a", "/v2/a"},
      {"[?]old=", "?new=", "/a?old=1", "/a?new=1"},
  };
  for (const auto& [regex, replace, target, expected] : cases) {
    const auto result = rewriteUrl(regex, replace, target);
    EXPECT_EQ(result.pathAndQuery, expected) << regex;
    EXPECT_EQ(result.status, "TransformSuccess");
    EXPECT_FALSE(result.failed());
    EXPECT_EQ(result.host, std::nullopt);
  }
}

TEST(Transforms, RewriteTheHostAndKeepItsPort) {
  EXPECT_EQ(rewriteHost("^(.+)[.]example[.]com$", "$1.internal.test", "API.Example.com:8443").host,
            "API.internal.test:8443");
  EXPECT_EQ(rewriteHost("^a$", "b", "a").host, "b");
  EXPECT_EQ(rewriteHost("^a$", "b:81", "a:80").host, "b:81");
  EXPECT_EQ(rewriteHost("^.*$", "[::1]", "a:80").host, "[::1]:80");
}

TEST(Transforms, WithoutAMatchNothingChanges) {
  for (const auto& result : {rewriteUrl("^/other", "/x", "/a"), rewriteHost("^other$", "x", "shop.test"),
                             rewriteUrl("^/A", "/x", "/a")}) {
    EXPECT_EQ(result.host, std::nullopt);
    EXPECT_EQ(result.pathAndQuery, std::nullopt);
    EXPECT_EQ(result.status, "");
    EXPECT_FALSE(result.failed());
  }
}

TEST(Transforms, BadResultsFail) {
  struct {
    TransformResult result;
    const char* status;
  } const cases[]{
      {rewriteUrl("^/", "", "/a"), "TransformInvalidPath"},
      {rewriteUrl("^/", "/ ", "/a"), "TransformInvalidPath"},
      {rewriteUrl("a", "\r\nX: y", "/a"), "TransformInvalidPath"},
      {rewriteUrl("a", "b#c", "/a"), "TransformInvalidPath"},
      {rewriteUrl("^.*$", "http://x/", "/a"), "TransformInvalidPath"},
      {rewriteUrl("^(.*)$", "/$1$1$1", "/" + std::string(8 * 1024, 'a')), "TransformBufferTooSmall"},
      {rewriteHost("^.*$", "", "shop.test"), "TransformInvalidHost"},
      {rewriteHost("shop", "a b", "shop.test"), "TransformInvalidHost"},
      {rewriteHost("shop", "a/b", "shop.test"), "TransformInvalidHost"},
      {rewriteHost("shop", "a\r\nb", "shop.test"), "TransformInvalidHost"},
      {rewriteHost("^.*$", "a:x", "shop.test"), "TransformInvalidHost"},
      {rewriteHost("^.*$", "a:", "shop.test"), "TransformInvalidHost"},
  };
  for (const auto& [result, status] : cases) {
    EXPECT_EQ(result.status, status);
    EXPECT_TRUE(result.failed());
    EXPECT_EQ(result.host, std::nullopt);
    EXPECT_EQ(result.pathAndQuery, std::nullopt);
  }
}

TEST(Transforms, OneFailureUndoesTheOther) {
  const auto transforms =
      Transforms::of(ruleOf(config::Rewrite{"^shop", "store"}, config::Rewrite{"^/a", "a"}));
  const auto failed = transforms->apply("shop.test", "/a");
  EXPECT_EQ(failed.status, "TransformInvalidPath");
  EXPECT_EQ(failed.host, std::nullopt);
  EXPECT_EQ(transforms->apply("shop.test", "/b").host, "store.test");
}

}  // namespace
}  // namespace spillway::balance
