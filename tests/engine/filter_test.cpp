// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter.h"

#include <gmock/gmock.h>

#include "engine/history/filter_fields.h"

namespace spillway::history {
namespace {

using ::testing::HasSubstr;

const WallTime kNow(std::chrono::seconds(1'790'000'000));  // 2026-09-21T13:33:20Z

/// A gRPC call that failed: UNAVAILABLE after 300 ms, ended ten seconds ago.
observe::StreamRecord failedCall() {
  auto head = std::make_shared<observe::StreamHead>();
  head->isGrpc = true;
  head->type = observe::LogType::Grpcs;
  head->client = "127.0.0.1:54022";
  head->method = "POST";
  head->authority = "localhost:50051";
  head->path = "/routeguide.RouteGuide/GetFeature";
  head->userAgent = "grpc-c++/1.51.1";
  observe::StreamRecord record;
  record.head = std::move(head);
  record.ended = kNow - std::chrono::seconds(10);
  record.durationMicros = 300'000;
  record.elbStatus = 200;
  record.grpcStatus = 14;
  record.kind = observe::CallKind::Unary;
  record.target = "127.0.0.1:50061";
  record.receivedBytes = 2000;
  record.outcome = observe::Outcome::Completed;
  record.rulePriority = "10";
  return record;
}

observe::StreamRecord webPage() {
  auto head = std::make_shared<observe::StreamHead>();
  head->type = observe::LogType::Http;
  head->client = "[::1]:54022";
  head->method = "GET";
  head->path = "/Index.html?x=1";
  observe::StreamRecord record;
  record.head = std::move(head);
  record.ended = kNow - std::chrono::hours(2);
  record.durationMicros = 900;
  record.elbStatus = 404;
  record.fromBalancer = true;
  return record;
}

std::string explain(const FilterError& error) {
  return std::to_string(error.position) + "+" + std::to_string(error.length) + ": " + error.message;
}

bool selects(const std::string& text, const observe::StreamRecord& record) {
  const auto filter = Filter::parse(text, kNow);
  if (!filter) ADD_FAILURE() << text << ": " << explain(filter.error());
  return filter && filter->matches(record);
}

TEST(Filter, NothingWrittenSelectsAll) {
  for (const char* text : {"", "  \n"}) {
    EXPECT_TRUE(Filter::parse(text, kNow)->selectsAll());
    EXPECT_TRUE(selects(text, webPage()));
  }
}

TEST(Filter, SelectsTheCall) {
  for (const char* text : {"status = 200",
                           "status == 2xx",
                           "status in (5xx, 200)",
                           "status in {100 200}",
                           "grpc.status = UNAVAILABLE",
                           "grpc.status = unavailable",
                           "grpc.status = 14",
                           "grpc.status != OK",
                           "grpc.status",
                           "service = \"routeguide.RouteGuide\"",
                           "service = routeguide.RouteGuide and method = GetFeature",
                           "method = GetFeature",
                           "http.method = POST",
                           "path ~ \"^/route.*/Get\"",
                           "path ~ Feature$",
                           "path !~ Chat",
                           "path contains getfeature",
                           "target = 127.0.0.1:50061",
                           "client = 127.0.0.1",
                           "client.port = 54022",
                           "duration > 250ms",
                           "duration = 0.3s",
                           "duration < 1m and duration >= 300000us",
                           "duration = \"300 ms\"",
                           "bytes.received >= 2kB",
                           "bytes.received < 2KiB",
                           "bytes = 2000",
                           "time > 1m ago",
                           "time > \"15 s ago\" and time < now",
                           "time = 2026-09-21",
                           "time = 2026-09-21T14:13:10Z",
                           "time = 2026-09-21T16:13:10.0+02:00",
                           "time = 2026-09-21T14:13",
                           "since 11s",
                           "grpc.kind = unary",
                           "type = grpcs",
                           "grpc",
                           "not balancer",
                           "! balancer",
                           "header[\"User-Agent\"] ~ grpc",
                           "header[host] contains local",
                           "not header[\"x-test\"]",
                           "outcome = completed",
                           "error",
                           "rule = 10",
                           "GetFeature",
                           "\"getfeature\"",
                           "50061",
                           "getfeature unavailable",
                           "bidi or unary :50061",
                           "\"get\" \"FEATURE\" and grpc",
                           "status = 200 or status = 404 and balancer",
                           "(status = 404 or status = 200) and grpc",
                           "status = 200 && !(grpc.status = OK) || grpc.status = 3"}) {
    EXPECT_TRUE(selects(text, failedCall())) << text;
  }
}

TEST(Filter, DoesNotSelectTheCall) {
  for (const char* text :
       {"status = 5xx", "grpc.status = OK", "status != 200", "duration > 300ms", "path ~ \"^Get\"",
        "method = POST", "path = /routeguide.RouteGuide/getfeature", "since 9s", "not error", "RouteChat",
        "tls", "status = 2xx and not grpc", "client.port in (1, 2)", "header[\"x\"] != 1", "error_reason",
        "fail_open = true"}) {
    EXPECT_FALSE(selects(text, failedCall())) << text;
  }
}

TEST(Filter, ComparisonsWithWhatIsNotThereAreFalse) {
  for (const char* text : {"grpc.status = OK", "grpc.status != OK", "grpc.status < 5", "target != x",
                           "target !~ x", "target contains x", "target_status < 500", "target_time >= 0ms",
                           "target", "grpc.kind != unary", "service != x"}) {
    EXPECT_FALSE(selects(text, webPage())) << text;
    EXPECT_TRUE(selects("not (" + std::string(text) + ")", webPage())) << text;
  }
  EXPECT_TRUE(selects("client = ::1 or client = \"::1\"", webPage()));
}

struct Wrong {
  const char* text;
  std::size_t position, length;
  const char* message;
};

TEST(Filter, SaysWhatIsWrongWhereAndWhatWouldBeRight) {
  const Wrong cases[] = {
      {"grpc.statu = 14", 0, 10, "Did you mean \"grpc.status\"?"},
      {"status = 5yx", 9, 3, "5xx"},
      {"status = ", 9, 0, "value of 'status' is missing"},
      {"duration > 250", 11, 3, "250ms"},
      {"duration > fast", 11, 4, "250ms"},
      {"bytes.sent > 2 kX", 15, 2, "cannot follow"},
      {"grpc.status = UNAVAILBLE", 14, 10, "UNAVAILABLE"},
      {"outcome = complete", 10, 8, "completed"},
      {"time > yesterday", 7, 9, "10s ago"},
      {"time > 2026-13-01", 7, 10, "2026-03-02"},
      {"path < /a", 5, 1, "~ or contains"},
      {"status ~ 5", 7, 1, "is no text"},
      {"path ~ \"(\"", 7, 3, "regular expression"},
      {"path = \"abc", 7, 4, "no end"},
      {"(status = 200", 0, 1, "not closed"},
      {"status = 200)", 12, 1, "'and' or 'or'"},
      {"status = 200 and", 16, 0, "condition is missing"},
      {"and status = 200", 0, 3, "before it"},
      {"status in ()", 10, 1, "empty"},
      {"status in 5", 10, 1, "list"},
      {"status = 200 grpc", 13, 4, "'and' or 'or'"},
      {"status = 'x'", 9, 1, "quotes"},
      {"header[\"x\" = 1", 7, 3, "header[\"user-agent\"]"},
      {"since 5", 6, 1, "5ms"},
      {"balancer = maybe", 11, 5, "true or false"},
      {"attempts = 1.5", 11, 3, "whole number"},
  };
  for (const Wrong& wrong : cases) {
    const auto filter = Filter::parse(wrong.text, kNow);
    ASSERT_FALSE(filter) << wrong.text;
    EXPECT_EQ(filter.error().position, wrong.position) << wrong.text << "\n" << explain(filter.error());
    EXPECT_EQ(filter.error().length, wrong.length) << wrong.text << "\n" << explain(filter.error());
    EXPECT_THAT(filter.error().message, HasSubstr(wrong.message)) << wrong.text;
  }
}

TEST(Filter, ATextMayBeAStatus) {
  EXPECT_TRUE(selects("404", webPage()));
  EXPECT_FALSE(selects("40", webPage()));
  EXPECT_FALSE(selects("404", failedCall()));
}

TEST(Filter, HasLimits) {
  EXPECT_FALSE(Filter::parse(std::string(8193, 'a'), kNow));
  EXPECT_FALSE(Filter::parse(std::string(65, '(') + "grpc" + std::string(65, ')'), kNow));
  EXPECT_TRUE(Filter::parse(std::string(60, '(') + "grpc" + std::string(60, ')'), kNow));
  std::string many = "status in (";
  for (int i = 0; i < 257; ++i)
    many += "200 ";
  EXPECT_FALSE(Filter::parse(many + ")", kNow));
  std::string nots;
  for (int i = 0; i < 1000; ++i)
    nots += "not ";
  EXPECT_FALSE(Filter::parse(nots + "grpc", kNow));
}

TEST(Filter, FieldsHaveWordsAndDifferentNames) {
  std::vector<std::string_view> names;
  for (const FieldInfo& field : filterFields()) {
    EXPECT_FALSE(field.words.empty()) << field.name;
    names.push_back(field.name);
    names.insert(names.end(), field.aliases.begin(), field.aliases.end());
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

}  // namespace
}  // namespace spillway::history
