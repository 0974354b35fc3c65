// SPDX-License-Identifier: GPL-3.0-or-later
// Health checks of HTTP1 groups against servers that do right and wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/probe_run.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_client.h"

namespace spillway::test {
namespace {

using observe::HealthReason;
using ::testing::HasSubstr;

config::TargetGroup group() {
  return checkedGroup(config::ProtocolVersion::Http1, "/health?full=1");
}

std::shared_ptr<const net::TlsContext> clientTls() {
  return *net::TlsContext::client(net::TlsContext::Verify::No, {}, net::TargetProtocols::None);
}

TEST(ProbeHttp1, SendsAlbsRequestByteForByte) {
  ScriptedServer server({http1Answer(200)});
  EXPECT_TRUE(probeOnce(group(), server.port()).result.passed());
  EXPECT_EQ(server.received().at(0),
            "GET /health?full=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                "\r\nConnection: close\r\nUser-Agent: ELB-HealthChecker/2.0\r\n"
                "Accept-Encoding: gzip, compressed\r\n\r\n");
}

TEST(ProbeHttp1, TheHostLeavesTheUsualPortOut) {
  auto checked = group();
  const auto authority = [&](const char* ip, std::uint16_t port) {
    return health::probeAuthority(checked, *net::SocketAddress::parse(ip, port));
  };
  EXPECT_EQ(authority("10.1.2.3", 80), "10.1.2.3");
  EXPECT_EQ(authority("10.1.2.3", 443), "10.1.2.3:443");
  EXPECT_EQ(authority("::1", 80), "[::1]");
  EXPECT_EQ(authority("::1", 8080), "[::1]:8080");
  checked.healthCheck.protocol = config::Protocol::Https;
  EXPECT_EQ(authority("10.1.2.3", 443), "10.1.2.3");
  EXPECT_EQ(authority("10.1.2.3", 80), "10.1.2.3:80");
}

struct Case {
  const char* what;
  Part part;
  HealthReason reason;
  std::optional<std::uint32_t> code;
  const char* logReason;
  const char* detail;
};

class ProbeHttp1Answers : public ::testing::TestWithParam<Case> {};

TEST_P(ProbeHttp1Answers, AreJudged) {
  const Case& expected = GetParam();
  ScriptedServer server(expected.part);
  const auto result = probeOnce(group(), server.port()).result;
  EXPECT_EQ(result.reason, expected.reason);
  EXPECT_EQ(result.code, expected.code);
  EXPECT_EQ(result.logReason, expected.logReason);
  EXPECT_THAT(result.detail, HasSubstr(expected.detail));
}

const Case kCases[] = {
    {"Good", {http1Answer(200)}, HealthReason::None, 200, "", ""},
    {"GoodInHttp10", {"HTTP/1.0 200 OK\r\n\r\nall of it"}, HealthReason::None, 200, "", ""},
    {"HeadWithoutItsBody",
     {"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", Part::Then::Stay},
     HealthReason::None,
     200,
     "",
     ""},
    {"AfterAnInterimAnswer",
     {"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + http1Answer(200)},
     HealthReason::None,
     200,
     "",
     ""},
    {"WrongCode",
     {http1Answer(404)},
     HealthReason::ResponseCodeMismatch,
     404,
     "ResponseCodeMismatch",
     "got HTTP status 404, expected 200"},
    {"ServerError", {http1Answer(503)}, HealthReason::ResponseCodeMismatch, 503, "TargetError", "503"},
    {"RedirectNotFollowed",
     {http1Answer(301, "Location: /elsewhere\r\n")},
     HealthReason::ResponseCodeMismatch,
     301,
     "ResponseCodeMismatch",
     "301"},
    {"Upgraded",
     {"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"},
     HealthReason::ResponseCodeMismatch,
     101,
     "ResponseCodeMismatch",
     "101"},
    {"Slow", {"", Part::Then::Stay}, HealthReason::Timeout, std::nullopt, "TimedOut", "within 1 s"},
    {"SlowInTheHead",
     {"HTTP/1.1 200 OK\r\nX-Slow: ", Part::Then::Stay},
     HealthReason::Timeout,
     std::nullopt,
     "TimedOut",
     "within 1 s"},
    {"Garbage",
     {"SSH-2.0-OpenSSH_9.2\r\n", Part::Then::Stay},
     HealthReason::FailedHealthChecks,
     std::nullopt,
     "ConnectionReset",
     "no HTTP/1.1"},
    {"SpeaksFirst",
     {"220 mail ready\r\n", Part::Then::Stay, Part::When::AtOnce},
     HealthReason::FailedHealthChecks,
     std::nullopt,
     "ConnectionReset",
     "no HTTP/1.1"},
    {"Http2",
     {http2Answer({{{":status", "200"}}}), Part::Then::Stay, Part::When::AtOnce},
     HealthReason::FailedHealthChecks,
     std::nullopt,
     "ConnectionReset",
     "no HTTP/1.1"},
    {"ClosesAtOnce",
     {"", Part::Then::Close, Part::When::AtOnce},
     HealthReason::FailedHealthChecks,
     std::nullopt,
     "ConnectionReset",
     "closed"},
    {"ClosesInTheHead",
     {"HTTP/1.1 200 OK\r\nX-Half"},
     HealthReason::FailedHealthChecks,
     std::nullopt,
     "ConnectionReset",
     "closed the connection before"},
};

INSTANTIATE_TEST_SUITE_P(All, ProbeHttp1Answers, ::testing::ValuesIn(kCases),
                         [](const auto& made) { return std::string(made.param.what); });

TEST(ProbeHttp1, CodesOfTheMatcherPass) {
  ScriptedServer server({http1Answer(301)});
  auto checked = group();
  checked.healthCheck.matcher.httpCode = "200-299,301";
  const auto result = probeOnce(checked, server.port()).result;
  EXPECT_TRUE(result.passed());
  EXPECT_EQ(result.code, 301u);
}

TEST(ProbeHttp1, ARefusedConnectionFailsAtOnce) {
  std::uint16_t port = 0;
  {
    const ScriptedServer gone({http1Answer(200)});
    port = gone.port();
  }
  const auto outcome = probeOnce(group(), port);
  EXPECT_EQ(outcome.result.reason, HealthReason::FailedHealthChecks);
  EXPECT_THAT(outcome.result.detail, HasSubstr("refused"));
  EXPECT_LT(outcome.latency, std::chrono::milliseconds(900));
}

TEST(ProbeHttp1, OverTlsNobodyVerifiesTheCertificate) {
  ScriptedServer server({http1Answer(200)}, untrustedTls());
  auto checked = group();
  checked.healthCheck.protocol = config::Protocol::Https;
  EXPECT_TRUE(probeOnce(checked, server.port(), clientTls()).result.passed());
  EXPECT_THAT(server.received().at(0), HasSubstr("GET /health?full=1"));
}

TEST(ProbeHttp1, TlsToAServerWithoutItFailsAsAConnection) {
  ScriptedServer server({"no TLS here\r\n", Part::Then::Stay, Part::When::AtOnce});
  const auto result = probeOnce(group(), server.port(), clientTls()).result;
  EXPECT_EQ(result.reason, HealthReason::FailedHealthChecks);
  EXPECT_EQ(result.logReason, "ConnectionReset");
  EXPECT_THAT(result.detail, HasSubstr("TLS"));
}

TEST(ProbeHttp1, ATlsHandshakeIsPartOfTheTimeout) {
  ScriptedServer server({"", Part::Then::Stay});
  const auto outcome = probeOnce(group(), server.port(), clientTls());
  EXPECT_EQ(outcome.result.reason, HealthReason::Timeout);
  EXPECT_GE(outcome.latency, std::chrono::milliseconds(990));
  EXPECT_LT(outcome.latency, std::chrono::seconds(10));
}

TEST(ProbeHttp1, TheConnectionEndsWithTheCheck) {
  ScriptedServer server({http1Answer(200), Part::Then::Stay});
  EXPECT_TRUE(probeOnce(group(), server.port()).result.passed());
  EXPECT_TRUE(eventually([&] { return server.left() == 1; }));
}

}  // namespace
}  // namespace spillway::test
