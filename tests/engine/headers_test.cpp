// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/headers.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/http/name_set.h"

namespace spillway::http {
namespace {

std::string textOf(const Headers& fields) {
  std::string text;
  for (std::size_t i = 0; i < fields.count(); ++i)
    text.append(fields.at(i).name).append("=").append(fields.at(i).value).append(";");
  return text;
}

TEST(Headers, KeepTheirOrderWhileTheyGrow) {
  Headers fields;
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "name-" + std::to_string(i), value(static_cast<std::size_t>(i), 'v');
    fields.add(name, value);
    expected += name + "=" + value + ";";
  }
  EXPECT_EQ(textOf(fields), expected);
  EXPECT_EQ(fields.count(), 300u);
  EXPECT_EQ(fields.bytes(), expected.size() - 600);
}

TEST(Headers, MayBeGivenTheirOwnText) {
  Headers fields;
  fields.add("first", std::string(500, 'x'));
  for (int i = 0; i < 10; ++i)
    fields.add(fields.at(0).name, fields.at(0).value);
  EXPECT_EQ(fields.at(10).name, "first");
  EXPECT_EQ(fields.at(10).value, std::string(500, 'x'));
  fields.set("first", *fields.find("first"));
  EXPECT_EQ(fields.count(), 1u);
  EXPECT_EQ(fields.find("first"), std::string(500, 'x'));
}

TEST(Headers, RemoveAndSet) {
  Headers fields;
  for (const char* name : {"a", "b", "a", "c"})
    fields.add(name, "1");
  fields.remove("a");
  EXPECT_EQ(textOf(fields), "b=1;c=1;");
  fields.set("b", "2");
  EXPECT_EQ(textOf(fields), "c=1;b=2;");
  fields.removeIf([](auto, auto value) { return value == "1"; });
  EXPECT_EQ(textOf(fields), "b=2;");
  EXPECT_EQ(fields.find("c"), std::nullopt);
  fields.add("", "");
  EXPECT_EQ(textOf(fields), "b=2;=;");
}

TEST(Headers, CopiesAndMovesStandAlone) {
  Headers fields;
  fields.add("a", "1");
  Headers copy = fields;
  fields.add("b", "2");
  EXPECT_EQ(textOf(copy), "a=1;");
  const Headers moved = std::move(fields);
  EXPECT_EQ(textOf(moved), "a=1;b=2;");
  copy = moved;
  copy.clear();
  EXPECT_TRUE(copy.empty());
  copy.add("c", "3");
  EXPECT_EQ(textOf(copy), "c=3;");
  EXPECT_EQ(textOf(Headers(Headers{})), "");
}

TEST(NameSet, KnowsItsNamesAndNoOthers) {
  constexpr NameSet kSet{std::array<std::string_view, 3>{"te", "trailer", "upgrade"}};
  for (const char* name : {"te", "trailer", "upgrade"})
    EXPECT_TRUE(kSet.contains(name)) << name;
  for (const char* name : {"", "t", "et", "td", "trailes", "upgradf", "ugrade", "content-type"})
    EXPECT_FALSE(kSet.contains(name)) << name;
}

}  // namespace
}  // namespace spillway::http
