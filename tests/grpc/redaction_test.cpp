// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/redaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/grpc/message_json.h"
#include "tests/grpc/routes.h"

namespace spillway::grpc {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kLogin = R"(
  user: "ann" user_password: "hunter2" pin_token: 77123 pin_token: 5
  headers { key: "Authorization" value: "Bearer 4711" } headers { key: "host" value: "here" }
  extra { fields { key: "accessToken" value { string_value: "4711" } }
          fields { key: "city" value { string_value: "Oslo" } } }
  any { [type.googleapis.com/routes.Login] { user_password: "hunter2" user: "bob" } }
  secret { latitude: 4711 } api_key: 4711 token: 4711 token_count: "three")";

/// All values of a tree in one text.
std::string valuesIn(const std::vector<FieldNode>& nodes) {
  std::string text;
  for (const auto& node : nodes)
    text += node.name + "=" + node.value + ";" + valuesIn(node.children);
  return text;
}

TEST(Redaction, ComparesNamesByTheirWords) {
  const Redaction redaction;
  for (const char* name : {"password", "Password", "user_password", "userPassword", "ACCESS-TOKEN",
                           "set-cookie", "proxy-authorization", "apiKey", "x-api-key"}) {
    EXPECT_TRUE(redaction.covers(name)) << name;
  }
  for (const char* name : {"token_count", "nonsecret", "passwords_file", "", "keyboard", "cookies_seen"}) {
    EXPECT_FALSE(redaction.covers(name)) << name;
  }
  const Redaction own({"City", "postCode"});
  EXPECT_TRUE(own.covers("home_city"));
  EXPECT_TRUE(own.covers("POST_CODE"));
  EXPECT_FALSE(own.covers("password"));
}

TEST(Redaction, HidesValuesInATree) {
  const auto routes = test::routes();
  auto decoded = test::decode(routes, "routes.Login", kLogin);
  EXPECT_THAT(valuesIn(decoded.fields), HasSubstr("4711"));
  Redaction().redact(decoded);
  const std::string values = valuesIn(decoded.fields);
  EXPECT_THAT(values, Not(HasSubstr("4711")));
  EXPECT_THAT(values, Not(HasSubstr("hunter2")));
  EXPECT_THAT(values, Not(HasSubstr("77123")));
  EXPECT_THAT(values, HasSubstr("user=ann;user_password=(redacted);"));
  EXPECT_THAT(values, HasSubstr("Oslo"));
  EXPECT_THAT(values, HasSubstr("user=bob;"));
  EXPECT_THAT(values, HasSubstr("token_count=three;"));
}

TEST(Redaction, HidesValuesInJson) {
  const auto routes = test::routes();
  const auto json = messageJson(routes, *routes.message("routes.Login"),
                                bytesOf(test::encode(routes, "routes.Login", kLogin)));
  ASSERT_TRUE(json) << json.error().detail;
  const std::string redacted = Redaction().redactJson(*json).value();
  EXPECT_THAT(redacted, Not(HasSubstr("4711")));
  EXPECT_THAT(redacted, Not(HasSubstr("hunter2")));
  EXPECT_THAT(redacted, HasSubstr("\"userPassword\": \"(redacted)\""));
  EXPECT_THAT(redacted, HasSubstr("Oslo"));
  EXPECT_FALSE(Redaction().redactJson("{"));
}

TEST(Redaction, HidesHeaders) {
  http::Headers headers;
  headers.add("authorization", "Bearer 4711");
  headers.add("cookie", "a=b");
  headers.add("grpc-timeout", "1S");
  const auto redacted = Redaction().redactHeaders(headers);
  EXPECT_EQ(redacted.find("authorization"), kRedacted);
  EXPECT_EQ(redacted.find("cookie"), kRedacted);
  EXPECT_EQ(redacted.find("grpc-timeout"), "1S");
  EXPECT_EQ(redacted.count(), 3u);
}

TEST(Redaction, BlanksBytesAndLeavesAMessage) {
  const auto routes = test::routes();
  const auto type = *routes.message("routes.Login");
  const std::string bytes = test::encode(routes, "routes.Login", kLogin);
  std::vector<std::uint8_t> blanked(bytes.begin(), bytes.end());
  Redaction().redactBytes(routes, type, blanked);
  EXPECT_THAT(std::string(textOf(blanked)), Not(HasSubstr("4711")));
  EXPECT_THAT(std::string(textOf(blanked)), Not(HasSubstr("hunter2")));
  const auto decoded = decodeMessage(routes, type, blanked);
  EXPECT_FALSE(decoded.misfit) << decoded.misfit->text();
  const std::string values = valuesIn(decoded.fields);
  EXPECT_THAT(values, HasSubstr("user=ann;user_password=*******;"));
  EXPECT_THAT(values, HasSubstr("[0]=0;[1]=0;"));
  EXPECT_THAT(values, HasSubstr("Authorization=***********;"));
  EXPECT_THAT(values, HasSubstr("latitude=0;"));
  EXPECT_THAT(values, HasSubstr("api_key=0;token=0;token_count=three;"));
  EXPECT_THAT(values, HasSubstr("Oslo"));
  EXPECT_THAT(values, HasSubstr("user=bob;user_password=*******;"));
}

TEST(Redaction, BlanksWhatIsThereOfAMessageWhereverItWasCut) {
  const auto routes = test::routes();
  const auto type = *routes.message("routes.Login");
  const std::string bytes = test::encode(routes, "routes.Login", kLogin);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    std::vector<std::uint8_t> blanked(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    Redaction().redactBytes(routes, type, blanked);
    for (const char* beginning : {"hunt", "Bear", "471"})
      EXPECT_THAT(std::string(textOf(blanked)), Not(HasSubstr(beginning))) << size;
  }
}

}  // namespace
}  // namespace spillway::grpc
