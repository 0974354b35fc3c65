// SPDX-License-Identifier: GPL-3.0-or-later
// How keys come from their endpoints: once for many, again when due, and never with a worker waiting.
#include "engine/proxy/jwks_cache.h"

#include <gtest/gtest.h>

#include <future>

#include "engine/proxy/jwt_validation.h"
#include "tests/support/canned_server.h"
#include "tests/support/certificate_maker.h"
#include "tests/support/jwt_maker.h"
#include "tests/support/temporary_folder.h"

namespace spillway::proxy {
namespace {

using namespace std::chrono_literals;
using observe::Outcome;
using test::CannedServer;
using test::SigningKey;

const SigningKey& oldKey() {
  static const SigningKey kKey("old", 2048);
  return kKey;
}
const SigningKey& newKey() {
  static const SigningKey kKey("new", 2048);
  return kKey;
}
std::string jwksOf(const SigningKey& key) {
  return "{\"keys\":[" + key.jwk() + "]}";
}

/// Waits for the callback.
JwksCache::Answer fetched(JwksCache& cache, const std::string& endpoint) {
  std::promise<JwksCache::Answer> promise;
  cache.fetch(endpoint, [&](const JwksCache::Answer& answer) { promise.set_value(answer); });
  return promise.get_future().get();
}

void expectFailure(const JwksCache::Answer& answer, Outcome outcome, const char* reason) {
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().outcome, outcome) << answer.error().detail;
  EXPECT_STREQ(answer.error().errorReason, reason) << answer.error().detail;
}

TEST(JwksCache, FetchesFromThisMachine) {
  CannedServer server;
  server.answerWith("200 OK", jwksOf(oldKey()));
  JwksCache cache;
  EXPECT_EQ(cache.keysOf(server.url()), nullptr);
  const auto answer = fetched(cache, server.url());
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_TRUE((*answer)->find("old"));
  EXPECT_EQ(cache.keysOf(server.url()), *answer);
}

TEST(JwksCache, ReadsFiles) {
  const test::TemporaryFolder folder;
  test::writeFile(folder.file("jwks.json"), jwksOf(oldKey()));
  JwksCache cache;
  EXPECT_TRUE(fetched(cache, "file://" + folder.file("jwks.json")));
  expectFailure(fetched(cache, "file://" + folder.file("none.json")), Outcome::JwksUnavailable,
                "JWKSRequestTimeout");
}

TEST(JwksCache, TrustsTheAuthorityItIsTold) {
  const auto authority = test::makeCertificate({.commonName = "root", .isAuthority = true});
  const auto identity = test::makeCertificate({.commonName = "idp", .names = {"localhost"}}, &authority);
  const auto elsewhere = test::makeCertificate({.commonName = "idp", .names = {"idp.example"}}, &authority);
  CannedServer server(&identity), otherName(&elsewhere);
  server.answerWith("200 OK", jwksOf(oldKey()));
  otherName.answerWith("200 OK", jwksOf(oldKey()));
  JwksCache trusting(authority.certificatePem), strict;
  const auto answer = fetched(trusting, server.url());
  EXPECT_TRUE(answer) << answer.error().detail;
  expectFailure(fetched(strict, server.url()), Outcome::JwksUnavailable, "JWKSRequestTimeout");
  expectFailure(fetched(trusting, otherName.url()), Outcome::JwksUnavailable, "JWKSRequestTimeout");
}

TEST(JwksCache, TellsWhyThereAreNoKeys) {
  struct Row {
    const char* status;
    std::string body;
    Outcome outcome;
    const char* reason;
  };
  const std::vector<Row> rows{
      {"404 Not Found", jwksOf(oldKey()), Outcome::JwksInvalid, "JWKSRequestFailed"},
      {"302 Found", "", Outcome::JwksInvalid, "JWKSRequestFailed"},
      {"200 OK", "<html>", Outcome::JwksInvalid, "JWKSResponseInvalid"},
      {"200 OK", std::string(150 * 1024 + 1, ' '), Outcome::JwksUnavailable, "JWKSResponseSizeExceeded"},
      {"", "", Outcome::JwksUnavailable, "JWKSRequestTimeout"},
  };
  for (const auto& [status, body, outcome, reason] : rows) {
    CannedServer server;
    server.answerWith(status, body);
    JwksCache cache({}, {.timeout = 200ms});
    expectFailure(fetched(cache, server.url()), outcome, reason);
    EXPECT_EQ(cache.keysOf(server.url()), nullptr);
  }
  JwksCache cache;
  expectFailure(fetched(cache, "http://127.0.0.1:1/jwks.json"), Outcome::JwksUnavailable,
                "JWKSRequestTimeout");
}

TEST(JwksCache, ASlowEndpointHoldsUpNoOther) {
  CannedServer slow, quick;
  slow.answerWith("", "");
  quick.answerWith("200 OK", jwksOf(oldKey()));
  JwksCache cache({}, {.timeout = 60s});
  cache.fetch(slow.url(), [](const JwksCache::Answer&) { ADD_FAILURE() << "It never answers."; });
  EXPECT_TRUE(fetched(cache, quick.url()));
}

TEST(JwksCache, DoesNotAskAgainTooSoon) {
  CannedServer server;
  server.answerWith("200 OK", jwksOf(oldKey()));
  JwksCache cache;
  fetched(cache, server.url());
  server.answerWith("200 OK", jwksOf(newKey()));
  const auto again = fetched(cache, server.url());
  ASSERT_TRUE(again);
  EXPECT_TRUE((*again)->find("old"));
  EXPECT_EQ(server.requests(), 1);

  CannedServer failing;
  failing.answerWith("500 Oops", "");
  JwksCache other({}, {.afterFailure = 1h});
  fetched(other, failing.url());
  expectFailure(fetched(other, failing.url()), Outcome::JwksInvalid, "JWKSRequestFailed");
  EXPECT_EQ(failing.requests(), 1);
}

TEST(JwksCache, FetchesDueKeysMeanwhileAndKeepsThemOnFailure) {
  CannedServer server;
  server.answerWith("200 OK", jwksOf(oldKey()));
  JwksCache cache({}, {.refresh = 0ms, .unknownKey = 0ms, .afterFailure = 0ms});
  fetched(cache, server.url());
  server.answerWith("500 Oops", "");
  ASSERT_TRUE(cache.keysOf(server.url()));  // asks for a fetch in the background
  expectFailure(fetched(cache, server.url()), Outcome::JwksInvalid, "JWKSRequestFailed");
  ASSERT_TRUE(cache.keysOf(server.url()));
  EXPECT_TRUE(cache.keysOf(server.url())->find("old"));
  server.answerWith("200 OK", jwksOf(newKey()));
  while (!cache.keysOf(server.url())->find("new"))
    std::this_thread::yield();
  EXPECT_GE(server.requests(), 3);
}

config::JwtValidation actionOf(const CannedServer& server) {
  return {server.url(), "me", {}};
}
http::Headers bearer(const std::string& token) {
  http::Headers fields;
  fields.add("authorization", "Bearer " + token);
  return fields;
}
const std::string kClaims = R"({"iss":"me","exp":99999999999})";

/// The verdict, waited for where keys must be fetched; `waited` says whether.
JwtVerdict judged(const http::Headers& fields, const config::JwtValidation& action, JwksCache& cache,
                  bool& waited) {
  std::promise<JwtVerdict> later;
  const auto verdict =
      validateJwt(fields, action, cache, [&](JwtVerdict v) { later.set_value(std::move(v)); });
  waited = !verdict;
  return verdict ? *verdict : later.get_future().get();
}

TEST(JwtValidation, WaitsForKeysOnlyOnce) {
  CannedServer server;
  server.answerWith("200 OK", jwksOf(oldKey()));
  JwksCache cache({}, {.unknownKey = 0ms});
  bool waited = false;
  EXPECT_TRUE(judged(bearer(oldKey().sign(kClaims)), actionOf(server), cache, waited));
  EXPECT_TRUE(waited);
  EXPECT_TRUE(judged(bearer(oldKey().sign(kClaims)), actionOf(server), cache, waited));
  EXPECT_FALSE(waited);
  EXPECT_EQ(server.requests(), 1);
}

TEST(JwtValidation, FetchesAgainForAnUnknownKey) {
  CannedServer server;
  server.answerWith("200 OK", jwksOf(oldKey()));
  JwksCache cache({}, {.unknownKey = 0ms});
  fetched(cache, server.url());
  server.answerWith("200 OK", jwksOf(newKey()));
  bool waited = false;
  EXPECT_TRUE(judged(bearer(newKey().sign(kClaims)), actionOf(server), cache, waited));
  EXPECT_TRUE(waited);
  const auto gone = judged(bearer(oldKey().sign(kClaims)), actionOf(server), cache, waited);
  ASSERT_FALSE(gone);
  EXPECT_STREQ(gone.error().errorReason, "JWTSignatureValidationError");
}

TEST(JwtValidation, RefusesAtOnceWhatNoKeyCanMend) {
  CannedServer server;
  server.answerWith("", "");
  JwksCache cache;
  bool waited = false;
  EXPECT_STREQ(judged({}, actionOf(server), cache, waited).error().errorReason, "JWTHeaderNotPresent");
  EXPECT_FALSE(waited);
  const auto hs256 = oldKey().sign(R"({"alg":"HS256","kid":"old"})", kClaims);
  EXPECT_STREQ(judged(bearer(hs256), actionOf(server), cache, waited).error().errorReason,
               "JWTSignatureValidationError");
  EXPECT_FALSE(waited);
  EXPECT_EQ(server.requests(), 0);
}

TEST(JwtValidation, TellsThatTheKeysCannotBeHad) {
  CannedServer server;
  server.answerWith("503 Busy", "");
  JwksCache cache;
  bool waited = false;
  const auto verdict = judged(bearer(oldKey().sign(kClaims)), actionOf(server), cache, waited);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().outcome, Outcome::JwksInvalid);
  EXPECT_STREQ(verdict.error().errorReason, "JWKSRequestFailed");
}

}  // namespace
}  // namespace spillway::proxy
