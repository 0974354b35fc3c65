// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/redirect.h"

#include <gtest/gtest.h>

namespace spillway::balance {
namespace {

using config::Protocol;
using config::Redirect;

Redirect redirectTo(std::string protocol, std::string host, std::string port, std::string path,
                    std::string query) {
  return {std::move(protocol), std::move(host), std::move(port), std::move(path), std::move(query), 301};
}

TEST(Redirect, FillsItsPlaceholders) {
  const RedirectSource source{Protocol::Http, "shop.test", 8080, "/a/b?x=1&y=2"};
  const std::pair<Redirect, const char*> cases[]{
      {redirectTo("HTTPS", "#{host}", "443", "/#{path}", "#{query}"), "https://shop.test:443/a/b?x=1&y=2"},
      {redirectTo("#{protocol}", "#{host}", "#{port}", "/new/#{path}", "#{query}"),
       "http://shop.test:8080/new/a/b?x=1&y=2"},
      {redirectTo("HTTP", "new.test", "80", "/", ""), "http://new.test:80/"},
      {redirectTo("HTTPS", "www.#{host}", "8443", "/#{host}/#{port}/x",
                  "#{protocol}-#{host}-#{port}-#{path}"),
       "https://www.shop.test:8443/shop.test/8080/x?http-shop.test-8080-a/b"},
      {redirectTo("#{protocol}", "#{host}", "#{port}", "/v", "a=1&#{query}"),
       "http://shop.test:8080/v?a=1&x=1&y=2"},
      {redirectTo("#{protocol}", "#{host}", "#{port}", "/#{nothing}#", "#{query}"),
       "http://shop.test:8080/#{nothing}#?x=1&y=2"},
  };
  for (const auto& [redirect, expected] : cases)
    EXPECT_EQ(redirectLocation(redirect, source).value(), expected);
}

TEST(Redirect, WithoutAQueryThereIsNoQuestionMark) {
  const Redirect redirect = redirectTo("HTTPS", "#{host}", "443", "/#{path}", "#{query}");
  EXPECT_EQ(redirectLocation(redirect, {Protocol::Http, "shop.test", 80, "/"}).value(),
            "https://shop.test:443/");
  EXPECT_EQ(redirectLocation(redirect, {Protocol::Https, "[::1]", 80, "/a?"}).value(), "https://[::1]:443/a");
}

TEST(Redirect, WhatTheClientSentIsNotTakenForAPlaceholder) {
  const Redirect redirect = redirectTo("HTTPS", "#{host}", "443", "/#{path}", "#{query}");
  EXPECT_EQ(redirectLocation(redirect, {Protocol::Http, "a", 80, "/#{query}"}).value(), "https://a:443/");
  EXPECT_EQ(redirectLocation(redirect, {Protocol::Http, "a", 80, "/x?{host}&%23{host}"}).value(),
            "https://a:443/x?{host}&%23{host}");
  EXPECT_EQ(redirectLocation(redirect, {Protocol::Http, "#{port}", 80, "/"}).value(), "https://#{port}:443/");
}

TEST(Redirect, NoControlCharacterReachesTheHeader) {
  const Redirect redirect = redirectTo("HTTPS", "#{host}", "443", "/#{path}", "#{query}");
  EXPECT_EQ(redirectLocation(redirect, {Protocol::Http, "a", 80, "/b\r\nSet-Cookie: x\xC3\xBC"}).value(),
            "https://a:443/b%0D%0ASet-Cookie:%20x%C3%BC");
}

TEST(Redirect, LongerThan8KIsAnError) {
  const Redirect redirect = redirectTo("HTTPS", "#{host}", "443", "/#{path}", "#{query}");
  const std::string frame = "https://a:443/";
  const std::string fits = "/" + std::string(kLongestLocation - frame.size(), 'p');
  EXPECT_EQ(redirectLocation(redirect, {Protocol::Http, "a", 80, fits}).value().size(), kLongestLocation);
  const auto tooLong = redirectLocation(redirect, {Protocol::Http, "a", 80, fits + "p"});
  ASSERT_FALSE(tooLong);
  EXPECT_EQ(tooLong.error().detail, "The redirect's URL would be 8193 bytes long; 8 K are allowed.");
}

}  // namespace
}  // namespace spillway::balance
