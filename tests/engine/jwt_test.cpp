// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens and the keys that sign them: who passes, and with which error_reason others do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/proxy/jwt_token.h"
#include "tests/support/jwt_maker.h"

namespace spillway::proxy {
namespace {

using config::JwtClaim;
using observe::Outcome;
using test::base64Url;
using test::SigningKey;
using ::testing::HasSubstr;

const WallTime kNow{std::chrono::seconds(1'800'000'000)};

const SigningKey& key() {
  static const SigningKey kKey("k1", 2048);
  return kKey;
}
const SigningKey& otherKey() {
  static const SigningKey kKey("k1", 2048);  // the same name on purpose
  return kKey;
}
const SigningKey& longKey() {
  static const SigningKey kKey("k3", 3072);
  return kKey;
}

std::string jwksOf(const std::string& members) {
  return "{\"keys\":[" + members + "]}";
}

std::shared_ptr<const Jwks> keys() {
  return Jwks::parse(jwksOf(key().jwk() + "," + longKey().jwk())).value();
}

config::JwtValidation action() {
  return {"https://idp.example/jwks.json", "https://idp.example", {}};
}

http::Headers authorization(const std::string& value) {
  http::Headers fields;
  fields.add("accept", "*/*");
  fields.add("authorization", value);
  return fields;
}

/// "": it passes; else "<status's outcome> <error_reason>".
std::string verdictOn(const http::Headers& fields, const config::JwtValidation& settings = action()) {
  const auto verdict = readBearerToken(fields).and_then(
      [&](const JwtToken& token) { return checkToken(token, *keys(), settings, kNow); });
  if (verdict) return "";
  EXPECT_NE(verdict.error().detail, "");
  return std::string(toString(verdict.error().outcome)) + ": " + verdict.error().errorReason;
}

std::string refusal(const char* reason) {
  return std::string(toString(Outcome::JwtRefused)) + ": " + reason;
}

const std::string kGood = R"("iss":"https://idp.example","exp":1800000060)";

std::string verdictOnClaims(const std::string& claims, const config::JwtValidation& settings = action()) {
  return verdictOn(authorization("Bearer " + key().sign("{" + claims + "}")), settings);
}

TEST(Jwt, ASignedTokenPasses) {
  EXPECT_EQ(verdictOnClaims(kGood), "");
  EXPECT_EQ(verdictOn(authorization("bearer  " + key().sign("{" + kGood + "}") + " ")), "");
}

TEST(Jwt, TheRequestMustCarryOneToken) {
  const std::string token = key().sign("{" + kGood + "}");
  EXPECT_EQ(verdictOn({}), refusal("JWTHeaderNotPresent"));
  http::Headers two = authorization("Bearer " + token);
  two.add("authorization", "Bearer " + token);
  EXPECT_EQ(verdictOn(two), refusal("JWTRequestFormatInvalid"));
  const std::string header = base64Url(R"({"alg":"RS256","kid":"k1"})");
  for (const std::string& value :
       {token, std::string(), std::string("Bearer"), std::string("Bearer "), "Basic " + token,
        "Bearer " + token + " " + token, "Bearer " + token + "," + token, std::string("Bearer a.b"),
        std::string("Bearer a.b.c.d"), "Bearer " + header + ".e30", "Bearer " + header + ".e30.!!",
        "Bearer " + header + ".e30=.YWJj", "Bearer " + base64Url("[]") + ".e30.YWJj",
        "Bearer " + base64Url("no json") + ".e30.YWJj",
        "Bearer " + key().sign(R"({"alg":"RS256","kid":"k1","crit":["exp"]})", "{" + kGood + "}")}) {
    EXPECT_EQ(verdictOn(authorization(value)), refusal("JWTRequestFormatInvalid")) << value;
  }
  EXPECT_EQ(verdictOn(authorization("Bearer " + key().sign("[1]"))), refusal("JWTRequestFormatInvalid"));
}

TEST(Jwt, TheSignatureMustBeOfAKnownKey) {
  const std::string claims = "{" + kGood + "}";
  std::string changed = key().sign(claims);
  changed[changed.size() - 10] = changed[changed.size() - 10] == 'A' ? 'B' : 'A';
  const std::string unsignedToken = base64Url(R"({"alg":"none","kid":"k1"})") + "." + base64Url(claims) + ".";
  const auto signedBy = [&](const std::string& header) { return key().sign(header, claims); };
  for (const std::string& token :
       {changed, unsignedToken, otherKey().sign(claims), signedBy(R"({"alg":"HS256","kid":"k1"})"),
        signedBy(R"({"alg":"RS512","kid":"k1"})"), signedBy(R"({"alg":"RS256","kid":"k2"})"),
        signedBy(R"({"alg":"RS256"})"), signedBy(R"({"kid":"k1"})"),
        signedBy(R"({"alg":"RS256","kid":1})")}) {
    EXPECT_EQ(verdictOn(authorization("Bearer " + token)), refusal("JWTSignatureValidationError")) << token;
  }
  // The claims of one token with the signature of another.
  const std::string other = key().sign(R"({"iss":"x"})");
  const std::string mixed = other.substr(0, other.rfind('.')) + changed.substr(changed.rfind('.'));
  EXPECT_EQ(verdictOn(authorization("Bearer " + mixed)), refusal("JWTSignatureValidationError"));
}

TEST(Jwt, KeysOfAnotherLengthAreTheJwksFault) {
  EXPECT_EQ(verdictOn(authorization("Bearer " + longKey().sign("{" + kGood + "}"))),
            std::string(toString(Outcome::JwksInvalid)) + ": JWKSResponseInvalid");
}

TEST(Jwt, TimesAndIssuer) {
  const std::string iss = R"("iss":"https://idp.example",)", exp = R"("exp":1800000060,)";
  const std::vector<std::pair<std::string, const char*>> cases{
      {R"("exp":1800000060)", "JWTClaimNotPresent"},
      {exp + R"("iss":"https://other.example")", "JWTClaimValueInvalid"},
      {exp + R"("iss":["https://idp.example"])", "JWTClaimFormatInvalid"},
      {R"("iss":"https://idp.example")", "JWTClaimNotPresent"},
      {iss + R"("exp":1800000000)", "JWTClaimValueInvalid"},
      {iss + R"("exp":1800000000.5)", ""},
      {iss + R"("exp":-1)", "JWTClaimValueInvalid"},
      {iss + R"("exp":"1800000060")", "JWTClaimFormatInvalid"},
      {iss + exp + R"("nbf":1800000000)", ""},
      {iss + exp + R"("nbf":1800000001)", "JWTClaimValueInvalid"},
      {iss + exp + R"("nbf":null)", "JWTClaimFormatInvalid"},
      {iss + exp + R"("iat":1799999999)", ""},
      {iss + exp + R"("iat":1800000001)", "JWTClaimValueInvalid"},
      {iss + exp + R"("iat":"now")", "JWTClaimFormatInvalid"},
  };
  for (const auto& [claims, reason] : cases)
    EXPECT_EQ(verdictOnClaims(claims), *reason ? refusal(reason) : "") << claims;
}

TEST(Jwt, AdditionalClaimsInTheirThreeFormats) {
  using Format = JwtClaim::Format;
  const auto with = [&](Format format, const std::string& claim) {
    auto settings = action();
    settings.additionalClaims = {{"scope", format, {"read", "write"}}};
    return verdictOnClaims(kGood + claim, settings);
  };
  struct Row {
    Format format;
    const char* claim;
    const char* reason;
  };
  const std::vector<Row> rows{
      {Format::SingleString, R"(,"scope":"read")", ""},
      {Format::SingleString, R"(,"scope":"read write")", "JWTClaimValueInvalid"},
      {Format::SingleString, R"(,"scope":["read"])", "JWTClaimFormatInvalid"},
      {Format::SingleString, R"(,"scope":1)", "JWTClaimFormatInvalid"},
      {Format::SingleString, "", "JWTClaimNotPresent"},
      {Format::StringArray, R"(,"scope":["admin","write"])", ""},
      {Format::StringArray, R"(,"scope":["admin"])", "JWTClaimValueInvalid"},
      {Format::StringArray, R"(,"scope":[])", "JWTClaimValueInvalid"},
      {Format::StringArray, R"(,"scope":["read",1])", "JWTClaimFormatInvalid"},
      {Format::StringArray, R"(,"scope":"read")", "JWTClaimFormatInvalid"},
      {Format::SpaceSeparatedValues, R"(,"scope":"admin  write")", ""},
      {Format::SpaceSeparatedValues, R"(,"scope":"admin writes")", "JWTClaimValueInvalid"},
      {Format::SpaceSeparatedValues, R"(,"scope":["read"])", "JWTClaimFormatInvalid"},
      {Format::SpaceSeparatedValues, "", "JWTClaimNotPresent"},
  };
  for (const auto& [format, claim, reason] : rows)
    EXPECT_EQ(with(format, claim), *reason ? refusal(reason) : "") << claim;
}

TEST(Jwks, HoldsTheKeysForRs256) {
  const auto jwks =
      Jwks::parse(jwksOf(key().jwk(R"(,"use":"sig","alg":"RS256")") + "," + longKey().jwk(R"(,"use":"enc")") +
                         "," + R"({"kty":"EC","kid":"e1","crv":"P-256","x":"AA","y":"AA"})"));
  ASSERT_TRUE(jwks);
  EXPECT_EQ((*jwks)->size(), 1U);
  EXPECT_TRUE((*jwks)->find("k1"));
  EXPECT_EQ((*jwks)->find("k3"), nullptr);
  EXPECT_EQ((*jwks)->find("e1"), nullptr);
}

TEST(Jwks, DamagedOnesAreRefused) {
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), std::string("{\"keys\":{}}"), jwksOf("1"),
        jwksOf(R"({"kty":"RSA","kid":"k"})"), jwksOf(R"({"kty":"RSA","kid":"k","n":"!","e":"AQAB"})"),
        jwksOf(key().jwk()) + "x"}) {
    const auto jwks = Jwks::parse(text);
    ASSERT_FALSE(jwks) << text;
    EXPECT_EQ(jwks.error().outcome, Outcome::JwksInvalid);
    EXPECT_STREQ(jwks.error().errorReason, "JWKSResponseInvalid");
  }
  std::string eleven = key().jwk();
  for (int i = 0; i < 10; ++i)
    eleven += "," + key().jwk();
  const auto tooMany = Jwks::parse(jwksOf(eleven));
  ASSERT_FALSE(tooMany);
  EXPECT_EQ(tooMany.error().outcome, Outcome::JwksUnavailable);
  EXPECT_STREQ(tooMany.error().errorReason, "JWKSResponseSizeExceeded");
}

}  // namespace
}  // namespace spillway::proxy
