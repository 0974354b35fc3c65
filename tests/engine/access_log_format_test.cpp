// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/access_log_format.h"

#include <gmock/gmock.h>

#include <vector>

namespace spillway::observe {
namespace {

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

StreamRecord routeChat() {
  auto head = std::make_shared<StreamHead>();
  head->type = LogType::Grpcs;
  head->isGrpc = true;
  head->started = WallTime(std::chrono::microseconds(1'772'442'901'100'000));
  head->loadBalancer = "route-guide";
  head->targetGroup = "rg-grpc";
  head->client = "127.0.0.1:54022";
  head->method = "POST";
  head->scheme = "https";
  head->authority = "localhost:8443";
  head->path = "/routeguide.RouteGuide/RouteChat";
  head->userAgent = "grpc-c++/1.62.0";
  StreamRecord record;
  record.head = std::move(head);
  record.ended = WallTime(std::chrono::microseconds(1'772'442'904'218'734));
  record.target = "127.0.0.1:50051";
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
  record.traceId = "Root=1-69a554f5-0a1b2c3d4e5f60718293a4b5";
  record.connectionTraceId = "TID_7f3e9b0c51d24a868c2de4f019b7a365";
  return record;
}

TEST(AccessLogFormat, AGrpcCallHasAlbsThirtyFourFields) {
  const auto fields = fieldsOf(formatAccessLogLine(routeChat()));
  ASSERT_EQ(fields.size(), 34u);
  EXPECT_THAT(fields[2], ::testing::MatchesRegex("app/route-guide/[0-9a-f]{16}"));
  EXPECT_THAT(fields[16], ::testing::MatchesRegex(
                              "arn:aws:elasticloadbalancing:local-1:0{12}:targetgroup/rg-grpc/[0-9a-f]{16}"));
  auto others = fields;
  others[2] = others[16] = "";
  EXPECT_THAT(others,
              ::testing::ElementsAre(
                  "grpcs", "2026-03-02T09:15:04.218734Z", "", "127.0.0.1:54022", "127.0.0.1:50051", "0.000",
                  "0.003", "0.000", "200", "200", "187", "264",
                  "POST https://localhost:8443/routeguide.RouteGuide/RouteChat HTTP/2.0", "grpc-c++/1.62.0",
                  "ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.2", "", "Root=1-69a554f5-0a1b2c3d4e5f60718293a4b5",
                  "localhost", "arn:aws:acm:local-1:000000000000:certificate/0d9a", "0",
                  "2026-03-02T09:15:01.100000Z", "forward", "-", "-", "127.0.0.1:50051", "200", "-", "-",
                  "TID_7f3e9b0c51d24a868c2de4f019b7a365", "-", "-", "-", "127.0.0.1"));
}

TEST(AccessLogFormat, WithoutATargetTheTimesAreMinusOneAndTheTargetADash) {
  StreamRecord record = routeChat();
  record.target.clear();
  record.elbStatus = 503;
  record.targetStatus = 0;
  record.requestProcessingMicros = record.targetProcessingMicros = record.responseProcessingMicros = -1;
  const auto fields = fieldsOf(formatAccessLogLine(record));
  ASSERT_EQ(fields.size(), 34u);
  EXPECT_EQ(fields[4], "-");
  EXPECT_EQ(fields[5], "-1");
  EXPECT_EQ(fields[6], "-1");
  EXPECT_EQ(fields[7], "-1");
  EXPECT_EQ(fields[8], "503");
  EXPECT_EQ(fields[9], "-");
  EXPECT_EQ(fields[22], "-");
  EXPECT_EQ(fields[25], "-");
}

TEST(AccessLogFormat, QuotesAndControlCharactersCannotBreakALine) {
  StreamRecord record = routeChat();
  auto head = std::make_shared<StreamHead>(*record.head);
  head->userAgent = "a\"b\\c\nd\x01";
  record.head = head;
  const auto line = formatAccessLogLine(record);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(fieldsOf(line).size(), 34u);
  EXPECT_EQ(fieldsOf(line)[13], "a\\x22b\\x5Cc\\x0Ad\\x01");
}

TEST(AccessLogFormat, ALongUserAgentIsCutAt8KiB) {
  StreamRecord record = routeChat();
  auto head = std::make_shared<StreamHead>(*record.head);
  head->userAgent = std::string(10'000, 'u');
  record.head = head;
  EXPECT_EQ(fieldsOf(formatAccessLogLine(record))[13].size(), 8u * 1024);
}

TEST(AccessLogFormat, ThePortOfTheListenerStandsInForAMissingOne) {
  StreamRecord record = routeChat();
  auto head = std::make_shared<StreamHead>(*record.head);
  head->authority = "localhost";
  record.head = head;
  EXPECT_EQ(fieldsOf(formatAccessLogLine(record))[12],
            "POST https://localhost:8443/routeguide.RouteGuide/RouteChat HTTP/2.0");
}

}  // namespace
}  // namespace spillway::observe
