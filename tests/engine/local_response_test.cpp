// SPDX-License-Identifier: GPL-3.0-or-later
// The answers that the balancer makes itself, byte for byte where captures show them.
#include "engine/proxy/local_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/proxy/outcome.h"
#include "tests/engine/head_cases.h"

namespace spillway::proxy {
namespace {

using config::ListenerAttributes;
using observe::Outcome;
using ::testing::ElementsAre;
using ::testing::MatchesRegex;
using ::testing::Pair;

constexpr int kLastOutcome = static_cast<int>(Outcome::Drained);
const std::string kDate = "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT";

/// alb-behaviour §6.3, of the gRPC project.
std::uint32_t grpcStatusOf(int httpStatus) {
  switch (httpStatus) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}

TEST(LocalResponse, BadGatewayIsAlbsPage) {
  const auto response = localResponse(Outcome::TargetClosed, AnswerForm::Html);
  EXPECT_EQ(response.body,
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
            "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n");
  EXPECT_EQ(response.body.size(), 122U);
  EXPECT_EQ(response.head.status, 502);
  EXPECT_THAT(listOf(response.head.fields),
              ElementsAre(Pair("server", "awselb/2.0"), Pair("date", MatchesRegex(kDate)),
                          Pair("content-type", "text/html"), Pair("content-length", "122")));
}

TEST(LocalResponse, ServiceUnavailableIsAlbsPage) {
  const auto response = localResponse(Outcome::NoTarget, AnswerForm::Html);
  EXPECT_EQ(response.body,
            "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n"
            "<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n");
  EXPECT_EQ(response.body.size(), 162U);
}

TEST(LocalResponse, TitlesAreAlbs) {
  const std::vector<std::pair<Outcome, std::string>> cases{
      {Outcome::BadRequest, "400 Bad Request"},
      {Outcome::DesyncBlocked, "400 Bad Request"},
      {Outcome::ClientBodyShort, "400 Bad Request"},
      {Outcome::LimitExceeded, "400 Bad Request"},
      {Outcome::JwtRefused, "401 Authorization Required"},
      {Outcome::MethodNotAllowed, "405 Not Allowed"},
      {Outcome::ClientTimeout, "408 Request Time-out"},
      {Outcome::UriTooLong, "414 Request-URI Too Large"},
      {Outcome::TooManyForwarders, "463"},
      {Outcome::TransformFailed, "500 Internal Server Error"},
      {Outcome::JwksUnavailable, "500 Internal Server Error"},
      {Outcome::UnsupportedTransferCoding, "501 Not Implemented"},
      {Outcome::BadResponse, "502 Bad Gateway"},
      {Outcome::DeregistrationOver, "502 Bad Gateway"},
      {Outcome::TargetHeadTooLarge, "502 Bad Gateway"},
      {Outcome::TargetTlsFailed, "502 Bad Gateway"},
      {Outcome::TargetTimeout, "504 Gateway Time-out"},
      {Outcome::TargetConnectTimeout, "504 Gateway Time-out"},
      {Outcome::TargetBodyShort, "504 Gateway Time-out"},
      {Outcome::UnsupportedVersion, "505 HTTP Version Not Supported"},
      {Outcome::RedirectTooLong, "507 Insufficient Storage"},
      {Outcome::JwksInvalid, "562"},
  };
  for (const auto& [outcome, title] : cases) {
    const auto response = localResponse(outcome, AnswerForm::Html);
    EXPECT_THAT(response.body, ::testing::HasSubstr("<title>" + title + "</title>"));
    EXPECT_THAT(response.body, ::testing::HasSubstr("<h1>" + title + "</h1>"));
    EXPECT_EQ(response.head.fields.find("content-length"), std::to_string(response.body.size()));
    EXPECT_EQ(std::to_string(response.head.status), title.substr(0, 3));
  }
}

TEST(LocalResponse, EveryOutcomeHasItsRow) {
  for (int i = 0; i <= kLastOutcome; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (i > 0) {
      EXPECT_NE(&factsOf(outcome), &factsOf(Outcome::Completed)) << toString(outcome);
    }
    if (observe::isGood(outcome) || outcome == Outcome::ClientClosed) continue;
    EXPECT_STRNE(factsOf(outcome).words, "") << toString(outcome);
    EXPECT_EQ(factsOf(outcome).grpcStatus, grpcStatusOf(factsOf(outcome).status)) << toString(outcome);
  }
}

TEST(LocalResponse, ProtocolMismatchIsBare) {
  for (const AnswerForm form : {AnswerForm::Html, AnswerForm::Grpc}) {
    const auto response = localResponse(Outcome::ProtocolMismatch, form);
    EXPECT_EQ(response.head.status, 464);
    EXPECT_EQ(response.body, "");
    EXPECT_THAT(listOf(response.head.fields),
                ElementsAre(Pair("server", "awselb/2.0"), Pair("date", MatchesRegex(kDate))));
    EXPECT_STREQ(reasonPhrase(464), "");
  }
}

TEST(LocalResponse, GrpcClientsGetOneBlock) {
  const auto response = localResponse(Outcome::TargetClosed, AnswerForm::Grpc);
  EXPECT_EQ(response.head.status, 502);
  EXPECT_EQ(response.body, "");
  EXPECT_THAT(listOf(response.head.fields),
              ElementsAre(Pair("server", "awselb/2.0"), Pair("date", MatchesRegex(kDate)),
                          Pair("content-type", "application/grpc"), Pair("grpc-status", "14"),
                          Pair("grpc-message", "unavailable")));
}

TEST(LocalResponse, OverflowIs400Or413) {
  config::Limits limits;
  limits.headerOverflowStatus = 413;
  const auto page = localResponse(Outcome::LimitExceeded, AnswerForm::Html, {}, limits);
  EXPECT_EQ(page.head.status, 413);
  EXPECT_THAT(page.body, ::testing::HasSubstr("<title>413 Request Entity Too Large</title>"));
  const auto call = localResponse(Outcome::LimitExceeded, AnswerForm::Grpc, {}, limits);
  EXPECT_EQ(call.head.status, 413);
  EXPECT_EQ(call.head.fields.find("grpc-status"), "2");
  EXPECT_EQ(localResponse(Outcome::BadRequest, AnswerForm::Html, {}, limits).head.status, 400);
}

TEST(LocalResponse, ServerMayHideAndTheListenersHeadersCome) {
  ListenerAttributes attributes;
  attributes.serverHeader = false;
  attributes.responseHeaders = {{"X-Frame-Options", "DENY"}};
  const std::vector<LocalResponse> responses{
      localResponse(Outcome::NoTarget, AnswerForm::Html, attributes),
      localResponse(Outcome::NoTarget, AnswerForm::Grpc, attributes),
      localResponse(Outcome::ProtocolMismatch, AnswerForm::Html, attributes),
      fixedResponse({200, "text/plain", "hello"}, attributes),
      redirectResponse("https://example.com:443/", 301, attributes),
  };
  for (const auto& response : responses) {
    EXPECT_FALSE(response.head.fields.find("server"));
    EXPECT_EQ(response.head.fields.find("x-frame-options"), "DENY");
  }
}

TEST(LocalResponse, FixedResponsesAreAsWritten) {
  const auto response = fixedResponse({404, "application/json", "{\"no\":1}"}, {});
  EXPECT_EQ(response.head.status, 404);
  EXPECT_EQ(response.body, "{\"no\":1}");
  EXPECT_THAT(listOf(response.head.fields),
              ElementsAre(Pair("server", "awselb/2.0"), Pair("date", MatchesRegex(kDate)),
                          Pair("content-type", "application/json"), Pair("content-length", "8")));
  EXPECT_EQ(fixedResponse({200, "text/plain", ""}, {}).head.fields.find("content-length"), "0");
  const auto empty = fixedResponse({204, "text/plain", "never"}, {});
  EXPECT_EQ(empty.body, "");
  EXPECT_FALSE(empty.head.fields.find("content-length"));
}

TEST(LocalResponse, RedirectsSayWhere) {
  const auto response = redirectResponse("https://example.com:443/a?b", 301, {});
  EXPECT_EQ(response.head.status, 301);
  EXPECT_EQ(response.head.fields.find("location"), "https://example.com:443/a?b");
  EXPECT_EQ(response.head.fields.find("content-length"), "134");
  EXPECT_THAT(response.body, ::testing::HasSubstr("<title>301 Moved Permanently</title>"));
  EXPECT_THAT(redirectResponse("/", 302, {}).body, ::testing::HasSubstr("<title>302 Found</title>"));
}

}  // namespace
}  // namespace spillway::proxy
