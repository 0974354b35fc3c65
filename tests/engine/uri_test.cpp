// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/uri.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace spillway::balance {
namespace {

std::string normalised(std::string_view path) {
  std::string storage;
  return std::string(normalisedPath(path, storage));
}

TEST(Uri, PathsHaveOneNormalForm) {
  const std::pair<const char*, const char*> cases[]{
      {"/", "/"},
      {"/a/b/c/./../../g", "/a/g"},
      {"/a/./b", "/a/b"},
      {"/a/../b", "/b"},
      {"/a/b/..", "/a/"},
      {"/a/b/.", "/a/b/"},
      {"/..", "/"},
      {"/../../a", "/a"},
      {"/a/..b/.c", "/a/..b/.c"},
      {"/a/...", "/a/..."},
      {"/a//b/", "/a//b/"},
      {"/a//../b", "/a/b"},
      {"/%7euser/%41%2D%5f", "/~user/A-_"},
      {"/a/%2e%2E/b", "/b"},
      {"/a%2fb", "/a%2Fb"},
      {"/a%20b%c3%bc", "/a%20b%C3%BC"},
      {"/100%", "/100%"},
      {"/%4", "/%4"},
      {"/%zz%41", "/%zzA"},
      {"/%2541", "/%2541"},
      {"*", "*"},
      {"", ""},
  };
  for (const auto& [path, expected] : cases)
    EXPECT_EQ(normalised(path), expected) << path;
}

TEST(Uri, WhatIsNormalIsNotCopied) {
  const std::string path = "/routeguide.RouteGuide/GetFeature";
  std::string storage;
  EXPECT_EQ(normalisedPath(path, storage).data(), path.data());
  EXPECT_EQ(withoutControls(path, storage).data(), path.data());
  EXPECT_TRUE(storage.empty());
}

TEST(Uri, ControlCharactersAreLeftOut) {
  std::string storage;
  EXPECT_EQ(withoutControls(std::string("a\0b\x1f"
                                        "c\x7f"
                                        "d\t",
                                        8),
                            storage),
            "abcd");
  EXPECT_EQ(withoutControls("\x01", storage), "");
  EXPECT_EQ(withoutControls("\xC3\xBC", storage), "\xC3\xBC");
}

TEST(Uri, TargetsAndAuthoritiesComeApart) {
  EXPECT_EQ(splitTarget("/a?x=1?y").path, "/a");
  EXPECT_EQ(splitTarget("/a?x=1?y").query, "x=1?y");
  EXPECT_EQ(splitTarget("/a").query, "");
  EXPECT_EQ(splitTarget("/a#?x").path, "/a");
  EXPECT_EQ(splitAuthority("shop.test:8443").host, "shop.test");
  EXPECT_EQ(splitAuthority("shop.test:8443").port, "8443");
  EXPECT_EQ(splitAuthority("shop.test").host, "shop.test");
  EXPECT_EQ(splitAuthority("[::1]:443").host, "[::1]");
  EXPECT_EQ(splitAuthority("[::1]").host, "[::1]");
  EXPECT_EQ(splitAuthority("[::1]").port, "");
}

TEST(Uri, ManyDotSegmentsAreFast) {
  std::string path;
  for (int i = 0; i < 20000; ++i)
    path += "/a/..";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(normalised(path), "/");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

}  // namespace
}  // namespace spillway::balance
