// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/access_log_format.h"

#include <gmock/gmock.h>

#include <functional>
#include <vector>

namespace spillway::observe {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Fields of a line; quoted ones without their quotes.
std::vector<std::string> fieldsOf(const std::string& line) {
  std::vector<std::string> fields;
  for (std::size_t at = 0; at < line.size();) {
    const bool isQuoted = line[at] == '"';
    const std::size_t end = std::min(line.find(isQuoted ? '"' : ' ', at + 1), line.size());
    fields.push_back(line.substr(at + (isQuoted ? 1 : 0), end - at - (isQuoted ? 1 : 0)));
    at = end + (isQuoted ? 2 : 1);
  }
  return fields;
}

WallTime at(std::int64_t micros) {
  return WallTime(std::chrono::microseconds(micros));
}

void changeHead(StreamRecord& record, const std::function<void(StreamHead&)>& change) {
  auto head = std::make_shared<StreamHead>(*record.head);
  change(*head);
  record.head = std::move(head);
}

StreamRecord routeChat() {
  auto head = std::make_shared<StreamHead>();
  head->type = LogType::Grpcs;
  head->isGrpc = true;
  head->started = at(1'772'442'901'100'000);
  head->loadBalancer = "route-guide";
  head->client = "127.0.0.1:54022";
  head->method = "POST";
  head->scheme = "https";
  head->authority = "localhost:8443";
  head->path = "/routeguide.RouteGuide/RouteChat";
  head->userAgent = "grpc-c++/1.62.0";
  StreamRecord record;
  record.head = std::move(head);
  record.ended = at(1'772'442'904'218'734);
  record.target = "127.0.0.1:50051";
  record.targets = {{"127.0.0.1:50051", 200}};
  record.targetGroup = "rg-grpc";
  record.listenerAddress = "127.0.0.1:8443";
  record.requestProcessingMicros = 120;
  record.targetProcessingMicros = 3'400;
  record.responseProcessingMicros = 0;
  record.elbStatus = record.targetStatus = 200;
  record.receivedBytes = 187;
  record.sentBytes = 264;
  record.tlsCipher = "ECDHE-RSA-AES128-GCM-SHA256";
  record.tlsProtocol = "TLSv1.2";
  record.sni = "localhost";
  record.certificate = "0d9a";
  record.rulePriority = "10";
  record.actions = "forward";
  record.traceId = "Root=1-69a554f5-0a1b2c3d4e5f60718293a4b5";
  record.connectionTraceId = "TID_7f3e9b0c51d24a868c2de4f019b7a365";
  return record;
}

/// A plain HTTP/1.1 request that reached no target.
StreamRecord plainRequest() {
  auto head = std::make_shared<StreamHead>();
  head->type = LogType::Http;
  head->started = at(1'772'442'901'000'000);
  head->loadBalancer = "web";
  head->client = "127.0.0.1:40000";
  head->method = "GET";
  head->scheme = "http";
  head->authority = "shop.test";
  head->path = "/a?b=c";
  StreamRecord record;
  record.head = std::move(head);
  record.ended = at(1'772'442'901'000'001);
  record.listenerAddress = "127.0.0.1:8080";
  record.httpVersion = "HTTP/1.1";
  record.connectionTraceId = "TID_1";
  return record;
}

TEST(AccessLogFormat, AGrpcCall) {
  EXPECT_EQ(
      formatAccessLogLine(routeChat()),
      "grpcs 2026-03-02T09:15:04.218734Z app/route-guide/a2f88f9ffa340b67 127.0.0.1:54022 "
      "127.0.0.1:50051 0.000 0.003 0.000 200 200 187 264 "
      "\"POST https://localhost:8443/routeguide.RouteGuide/RouteChat HTTP/2.0\" \"grpc-c++/1.62.0\" "
      "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 "
      "arn:aws:elasticloadbalancing:local-1:000000000000:targetgroup/rg-grpc/c7e42cd93a3050a9 "
      "\"Root=1-69a554f5-0a1b2c3d4e5f60718293a4b5\" \"localhost\" "
      "\"arn:aws:acm:local-1:000000000000:certificate/0d9a\" 10 2026-03-02T09:15:01.100000Z \"forward\" "
      "\"-\" \"-\" \"127.0.0.1:50051\" \"200\" \"-\" \"-\" TID_7f3e9b0c51d24a868c2de4f019b7a365 "
      "\"-\" \"-\" \"-\" 127.0.0.1");
}

TEST(AccessLogFormat, ACallThatFindsNoTargetOnAResumedSession) {
  StreamRecord record = routeChat();
  changeHead(record, [](StreamHead& head) {
    head.started = at(1'772'442'960'000'000);
    head.path = "/routeguide.RouteGuide/GetFeature";
  });
  record.ended = at(1'772'442'960'000'321);
  record.target.clear();
  record.targets.clear();
  record.requestProcessingMicros = record.targetProcessingMicros = record.responseProcessingMicros = -1;
  record.elbStatus = 503;
  record.targetStatus = 0;
  record.sentBytes = 98;
  record.sessionReused = true;
  EXPECT_EQ(formatAccessLogLine(record),
            "grpcs 2026-03-02T09:16:00.000321Z app/route-guide/a2f88f9ffa340b67 127.0.0.1:54022 - -1 -1 -1 "
            "503 - 187 98 \"POST https://localhost:8443/routeguide.RouteGuide/GetFeature HTTP/2.0\" "
            "\"grpc-c++/1.62.0\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 "
            "arn:aws:elasticloadbalancing:local-1:000000000000:targetgroup/rg-grpc/c7e42cd93a3050a9 "
            "\"Root=1-69a554f5-0a1b2c3d4e5f60718293a4b5\" \"localhost\" \"session-reused\" 10 "
            "2026-03-02T09:16:00.000000Z \"forward\" \"-\" \"-\" \"-\" \"-\" \"-\" \"-\" "
            "TID_7f3e9b0c51d24a868c2de4f019b7a365 \"-\" \"-\" \"-\" 127.0.0.1");
}

TEST(AccessLogFormat, ARedirectOfASuspiciousRequestOnAPlainListener) {
  StreamRecord record = plainRequest();
  record.elbStatus = 301;
  record.receivedBytes = 60;
  record.sentBytes = 150;
  record.rulePriority = "7";
  record.actions = "redirect";
  record.redirectUrl = "https://shop.test:443/a?b=c";
  record.compliance = Compliance::Acceptable;
  record.complianceReason = "GetHeadZeroContentLength";
  EXPECT_EQ(
      formatAccessLogLine(record),
      "http 2026-03-02T09:15:01.000001Z app/web/5ea0e11948721ef1 127.0.0.1:40000 - -1 -1 -1 301 - 60 150 "
      "\"GET http://shop.test:8080/a?b=c HTTP/1.1\" \"-\" - - - \"-\" \"-\" \"-\" 7 "
      "2026-03-02T09:15:01.000000Z \"redirect\" \"https://shop.test:443/a?b=c\" \"-\" \"-\" \"-\" "
      "\"Acceptable\" \"GetHeadZeroContentLength\" TID_1 \"-\" \"-\" \"-\" 127.0.0.1");
}

TEST(AccessLogFormat, ARewrittenRequestThatWasTriedTwice) {
  StreamRecord record = plainRequest();
  record.target = "127.0.0.1:9002";
  record.targets = {{"127.0.0.1:9001", 0}, {"127.0.0.1:9002", 404}};
  record.targetGroup = "web-http";
  record.requestProcessingMicros = 1'499;
  record.targetProcessingMicros = 2'000'000;
  record.responseProcessingMicros = 500;
  record.elbStatus = record.targetStatus = 404;
  record.actions = "rewrite,forward";
  record.errorReason = "AWSALBTGCookieInvalid";
  record.transformedHost = "inner.test";
  record.transformedUri = "/v2/a?b=c";
  record.transformStatus = "TransformSuccess";
  EXPECT_EQ(formatAccessLogLine(record),
            "http 2026-03-02T09:15:01.000001Z app/web/5ea0e11948721ef1 127.0.0.1:40000 127.0.0.1:9002 "
            "0.001 2.000 0.001 404 404 0 0 \"GET http://shop.test:8080/a?b=c HTTP/1.1\" \"-\" - - "
            "arn:aws:elasticloadbalancing:local-1:000000000000:targetgroup/web-http/7775685ce9f36a84 \"-\" "
            "\"-\" \"-\" 0 2026-03-02T09:15:01.000000Z \"rewrite,forward\" \"-\" \"AWSALBTGCookieInvalid\" "
            "\"127.0.0.1:9001 127.0.0.1:9002\" \"- 404\" \"-\" \"-\" TID_1 \"inner.test\" \"/v2/a?b=c\" "
            "\"TransformSuccess\" 127.0.0.1");
}

TEST(AccessLogFormat, EachTypeHasItsWordAndItsProtocol) {
  const struct {
    LogType type;
    const char *word, *protocol;
  } kTypes[] = {{LogType::Http, "http ", "http"}, {LogType::Https, "https ", "https"},
                {LogType::H2, "h2 ", "https"},    {LogType::Grpcs, "grpcs ", "https"},
                {LogType::Ws, "ws ", "http"},     {LogType::Wss, "wss ", "https"},
                {LogType::H2c, "h2c ", "http"},   {LogType::Grpc, "grpc ", "http"}};
  for (const auto& expected : kTypes) {
    StreamRecord record = plainRequest();
    changeHead(record, [&](StreamHead& head) { head.type = expected.type; });
    const std::string line = formatAccessLogLine(record);
    EXPECT_THAT(line, StartsWith(expected.word));
    EXPECT_THAT(fieldsOf(line)[12], StartsWith(std::string("GET ") + expected.protocol + "://shop.test"));
  }
}

TEST(AccessLogFormat, TheRequestLineAlwaysNamesHostAndPort) {
  const struct {
    const char *authority, *listener, *line;
  } kCases[] = {{"localhost", "127.0.0.1:8443", "GET http://localhost:8443/a?b=c HTTP/1.1"},
                {"localhost:80", "127.0.0.1:8443", "GET http://localhost:80/a?b=c HTTP/1.1"},
                {"localhost:", "127.0.0.1:8443", "GET http://localhost:8443/a?b=c HTTP/1.1"},
                {"[::1]", "[::1]:8443", "GET http://[::1]:8443/a?b=c HTTP/1.1"},
                {"[::1]:80", "[::1]:8443", "GET http://[::1]:80/a?b=c HTTP/1.1"},
                {"", "127.0.0.1:8443", "GET http://127.0.0.1:8443/a?b=c HTTP/1.1"},
                {"", "", "GET http://-/a?b=c HTTP/1.1"}};
  for (const auto& given : kCases) {
    StreamRecord record = plainRequest();
    changeHead(record, [&](StreamHead& head) { head.authority = given.authority; });
    record.listenerAddress = given.listener;
    EXPECT_EQ(fieldsOf(formatAccessLogLine(record))[12], given.line);
  }
}

TEST(AccessLogFormat, WhatIsNoRequestHasAlbsFormOfOne) {
  StreamRecord record = plainRequest();
  record.elbStatus = 400;
  record.rulePriority = "-";
  changeHead(record, [](StreamHead& head) { head.method = head.authority = head.path = ""; });
  EXPECT_EQ(
      formatAccessLogLine(record),
      "http 2026-03-02T09:15:01.000001Z app/web/5ea0e11948721ef1 127.0.0.1:40000 - -1 -1 -1 400 - 0 0 "
      "\"- http://127.0.0.1:8080- -\" \"-\" - - - \"-\" \"-\" \"-\" - 2026-03-02T09:15:01.000000Z \"-\" "
      "\"-\" \"-\" \"-\" \"-\" \"-\" \"-\" TID_1 \"-\" \"-\" \"-\" 127.0.0.1");
}

TEST(AccessLogFormat, AnIpv6NodeIsItsBareAddress) {
  StreamRecord record = plainRequest();
  record.listenerAddress = "[::1]:8443";
  EXPECT_THAT(formatAccessLogLine(record), EndsWith(" ::1"));
}

TEST(AccessLogFormat, QuotesAndControlCharactersCannotBreakALine) {
  StreamRecord record = routeChat();
  const std::string hostile = std::string("a\"b\\c\r\nd\x01\x7f\xc3\xa4\t") + '\0' + " e";
  const std::string safe = "a\\x22b\\x5Cc\\x0D\\x0Ad\\x01\\x7F\\xC3\\xA4\\x09\\x00 e";
  changeHead(record, [&](StreamHead& head) {
    head.userAgent = hostile;
    head.path = "/" + hostile;
  });
  record.traceId = record.sni = record.redirectUrl = record.transformedHost = record.transformedUri = hostile;
  const std::string line = formatAccessLogLine(record);
  for (const char c : line)
    ASSERT_TRUE(c >= 0x20 && c < 0x7f) << int{c};
  const auto fields = fieldsOf(line);
  ASSERT_EQ(fields.size(), 34u);
  for (const std::size_t quoted : {13, 17, 18, 23, 30, 31})
    EXPECT_EQ(fields[quoted], safe) << quoted;
  EXPECT_THAT(fields[12], HasSubstr("localhost:8443/" + safe + " HTTP/2.0"));
}

TEST(AccessLogFormat, ALongUserAgentIsCutAt8KiB) {
  StreamRecord record = routeChat();
  changeHead(record, [](StreamHead& head) { head.userAgent = std::string(10'000, 'u'); });
  EXPECT_EQ(fieldsOf(formatAccessLogLine(record))[13], std::string(8 * 1024, 'u'));
}

TEST(AccessLogFormat, TimesBeforeAndAfterLeapDaysAndTheEpoch) {
  EXPECT_EQ(formatIsoTime(at(0)), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(formatIsoTime(at(-1)), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(formatIsoTime(at(1'709'251'199'000'007)), "2024-02-29T23:59:59.000007Z");
}

}  // namespace
}  // namespace spillway::observe
