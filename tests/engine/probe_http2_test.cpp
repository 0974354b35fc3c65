// SPDX-License-Identifier: GPL-3.0-or-later
// Health checks of HTTP2 and GRPC groups against servers that do right and wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/probe_run.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_client.h"
#include "tests/support/test_target.h"

namespace spillway::test {
namespace {

using config::ProtocolVersion;
using observe::HealthReason;
using ::testing::HasSubstr;

const Http2Fields kGrpcHead{{":status", "200"}, {"content-type", "application/grpc"}};

Http2Fields grpcHeadWith(const std::string& status) {
  Http2Fields head = kGrpcHead;
  head.emplace_back("grpc-status", status);
  return head;
}

struct Case {
  const char* what;
  ProtocolVersion version;
  Part part;
  const char* codes;
  HealthReason reason;
  std::optional<std::uint32_t> code;
  const char* logReason;
  const char* detail;
};

class ProbeHttp2Answers : public ::testing::TestWithParam<Case> {};

TEST_P(ProbeHttp2Answers, AreJudged) {
  const Case& expected = GetParam();
  ScriptedServer server(expected.part);
  auto group = checkedGroup(expected.version, "/a.B/C");
  group.healthCheck.matcher.grpcCode = group.healthCheck.matcher.httpCode = expected.codes;
  const auto result = probeOnce(group, server.port()).result;
  EXPECT_EQ(result.reason, expected.reason);
  EXPECT_EQ(result.code, expected.code);
  EXPECT_EQ(result.logReason, expected.logReason);
  EXPECT_THAT(result.detail, HasSubstr(expected.detail));
}

constexpr auto kGrpc = ProtocolVersion::Grpc;
constexpr auto kHttp2 = ProtocolVersion::Http2;
constexpr auto kStay = Part::Then::Stay;

const Case kCases[] = {
    {"TrailersOnly12",
     kGrpc,
     {http2Answer({grpcHeadWith("12")}), kStay},
     "12",
     HealthReason::None,
     12,
     "",
     ""},
    {"TrailersAfterTheHead",
     kGrpc,
     {http2Answer({kGrpcHead, {{"grpc-status", "0"}}}), kStay},
     "0",
     HealthReason::None,
     0,
     "",
     ""},
    {"AnyOfARange", kGrpc, {http2Answer({grpcHeadWith("5")}), kStay}, "0-99", HealthReason::None, 5, "", ""},
    {"Status14",
     kGrpc,
     {http2Answer({kGrpcHead, {{"grpc-status", "14"}}}), kStay},
     "0,12",
     HealthReason::ResponseCodeMismatch,
     14,
     "GRPCUnexpectedStatus",
     "got grpc-status 14, expected 0,12"},
    {"NoGrpcStatus",
     kGrpc,
     {http2Answer({kGrpcHead, {{"x-other", "1"}}}), kStay},
     "0",
     HealthReason::FailedHealthChecks,
     std::nullopt,
     "GRPCStatusHeaderEmpty",
     "no grpc-status"},
    {"EmptyGrpcStatus",
     kGrpc,
     {http2Answer({grpcHeadWith("")}), kStay},
     "0-99",
     HealthReason::FailedHealthChecks,
     std::nullopt,
     "GRPCStatusHeaderEmpty",
     "grpc-status is no number"},
    {"GrpcButHttpStatus404",
     kGrpc,
     {http2Answer({{{":status", "404"}, {"content-type", "text/plain"}}}), kStay},
     "0-99",
     HealthReason::ResponseCodeMismatch,
     404,
     "ResponseCodeMismatch",
     "HTTP status 404"},
    {"GrpcButHttpStatus503",
     kGrpc,
     {http2Answer({{{":status", "503"}, {"grpc-status", "0"}}}), kStay},
     "0-99",
     HealthReason::ResponseCodeMismatch,
     503,
     "TargetError",
     "HTTP status 503"},
    {"NoTrailersInTime",
     kGrpc,
     {http2Answer({kGrpcHead}, http::End::No), kStay},
     "0",
     HealthReason::Timeout,
     std::nullopt,
     "TimedOut",
     "within 1 s"},
    {"Http2Good",
     kHttp2,
     {http2Answer({{{":status", "200"}}}), kStay},
     "200",
     HealthReason::None,
     200,
     "",
     ""},
    {"Http2HeadWithoutItsEnd",
     kHttp2,
     {http2Answer({{{":status", "204"}}}, http::End::No), kStay},
     "200-299",
     HealthReason::None,
     204,
     "",
     ""},
    {"Http2Redirect",
     kHttp2,
     {http2Answer({{{":status", "301"}, {"location", "/"}}}), kStay},
     "200",
     HealthReason::ResponseCodeMismatch,
     301,
     "ResponseCodeMismatch",
     "got HTTP status 301, expected 200"},
    {"Http2ServerError",
     kHttp2,
     {http2Answer({{{":status", "500"}}}), kStay},
     "200",
     HealthReason::ResponseCodeMismatch,
     500,
     "TargetError",
     "500"},
    {"Slow",
     kHttp2,
     {http2Answer({}), kStay},
     "200",
     HealthReason::Timeout,
     std::nullopt,
     "TimedOut",
     "within 1 s"},
    {"SpeaksHttp1",
     kGrpc,
     {http1Answer(400), kStay},
     "0",
     HealthReason::FailedHealthChecks,
     std::nullopt,
     "ConnectionReset",
     "HTTP/2"},
    {"ClosesAtOnce",
     kGrpc,
     {"", Part::Then::Close, Part::When::AtOnce},
     "0",
     HealthReason::FailedHealthChecks,
     std::nullopt,
     "ConnectionReset",
     "closed"},
    {"ClosesAfterTheHead",
     kGrpc,
     {http2Answer({kGrpcHead}, http::End::No)},
     "0",
     HealthReason::FailedHealthChecks,
     std::nullopt,
     "ConnectionReset",
     "closed"},
};

INSTANTIATE_TEST_SUITE_P(All, ProbeHttp2Answers, ::testing::ValuesIn(kCases),
                         [](const auto& made) { return std::string(made.param.what); });

config::TargetGroup grpcGroup(const std::string& path, const std::string& codes = "0") {
  auto group = checkedGroup(ProtocolVersion::Grpc, path);
  group.healthCheck.matcher.grpcCode = codes;
  return group;
}

TEST(ProbeGrpc, PostsAnEmptyMessage) {
  TestTarget target;
  const auto result = probeOnce(grpcGroup("/test/echo"), target.port()).result;
  EXPECT_TRUE(result.passed()) << result.detail;
  EXPECT_EQ(result.code, 0u);
  const auto request = target.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/test/echo");
  EXPECT_EQ(request.authority, target.address());
  EXPECT_EQ(request.fields.find("content-type"), "application/grpc");
  EXPECT_EQ(request.fields.find("te"), "trailers");
  EXPECT_EQ(request.fields.find("user-agent"), "ELB-HealthChecker/2.0");
  EXPECT_EQ(target.bytesReceived(), 5u);
}

TEST(ProbeHttp2, GetsOverHttp2) {
  TestTarget target;
  EXPECT_TRUE(probeOnce(checkedGroup(ProtocolVersion::Http2, "/test/head"), target.port()).result.passed());
  const auto request = target.requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.scheme, "http");
  EXPECT_EQ(request.fields.find("user-agent"), "ELB-HealthChecker/2.0");
  EXPECT_EQ(request.fields.find("content-type"), std::nullopt);
}

TEST(ProbeGrpc, ASilentTargetTimesOut) {
  TestTarget target;
  EXPECT_EQ(probeOnce(grpcGroup("/test/hold"), target.port()).result.reason, HealthReason::Timeout);
}

TEST(ProbeGrpc, AResetStreamIsNamed) {
  TestTarget target;
  const auto result = probeOnce(grpcGroup("/test/reset"), target.port()).result;
  EXPECT_EQ(result.reason, HealthReason::FailedHealthChecks);
  EXPECT_THAT(result.detail, HasSubstr("reset the stream (HTTP/2 code 8)"));
}

TEST(ProbeGrpc, ARefusedConnectionIsNamed) {
  TestTarget target;
  target.kill();
  const auto result = probeOnce(grpcGroup("/test/echo"), target.port()).result;
  EXPECT_EQ(result.reason, HealthReason::FailedHealthChecks);
  EXPECT_THAT(result.detail, HasSubstr("refused"));
}

TEST(ProbeGrpc, OverTlsNobodyVerifiesTheCertificate) {
  TestTarget target(0, untrustedTls());
  auto group = grpcGroup("/test/echo");
  group.healthCheck.protocol = config::Protocol::Https;
  const auto tls = *net::TlsContext::client(net::TlsContext::Verify::No, {});
  const auto result = probeOnce(group, target.port(), tls).result;
  EXPECT_TRUE(result.passed()) << result.detail;
  EXPECT_EQ(target.requests().at(0).scheme, "https");
}

TEST(ProbeGrpc, TlsWithoutHttp2IsNamed) {
  const auto identity = untrustedTls()->certificates();
  auto http1Only = *net::TlsContext::server(
      {identity, net::securityPolicies().front(), net::ServerProtocols::Http1, {}, nullptr});
  ScriptedServer server({http1Answer(200), Part::Then::Stay}, http1Only);
  const auto tls = *net::TlsContext::client(net::TlsContext::Verify::No, {});
  const auto result = probeOnce(grpcGroup("/a.B/C"), server.port(), tls).result;
  EXPECT_EQ(result.reason, HealthReason::FailedHealthChecks);
  EXPECT_NE(result.detail, "");
}

}  // namespace
}  // namespace spillway::test
