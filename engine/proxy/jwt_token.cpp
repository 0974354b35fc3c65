// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/jwt_token.h"

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <nlohmann/json.hpp>

#include "engine/base/base64url.h"
#include "engine/base/text.h"
#include "engine/proxy/jwt_claims.h"

namespace spillway::proxy {
namespace {

using Json = nlohmann::json;
using observe::Outcome;

constexpr int kKeyBits = 2048;

tl::unexpected<JwtRefusal> malformed(std::string detail) {
  return failure(JwtRefusal{Outcome::JwtRefused, "JWTRequestFormatInvalid", std::move(detail)});
}

tl::unexpected<JwtRefusal> badSignature(std::string detail) {
  // The troubleshooting page calls it JWTSignatureValidationFailed; the log's page is the log's authority.
  return failure(JwtRefusal{Outcome::JwtRefused, "JWTSignatureValidationError", std::move(detail)});
}

/// The text behind "Bearer "; empty when there is none.
Result<std::string_view, JwtRefusal> bearerOf(const http::Headers& fields) {
  std::string_view value;
  std::size_t count = 0;
  for (std::size_t i = 0; i < fields.count(); ++i) {
    if (fields.at(i).name != "authorization") continue;
    value = trimmed(fields.at(i).value);
    ++count;
  }
  if (count == 0) {
    return failure(
        JwtRefusal{Outcome::JwtRefused, "JWTHeaderNotPresent", "The request has no Authorization header."});
  }
  if (count > 1) return malformed("The request has more than one Authorization header.");
  const auto space = value.find(' ');
  if (space == std::string_view::npos || !equalsIgnoringCase(value.substr(0, space), "bearer"))
    return malformed("The Authorization header is not \"Bearer\" and a token.");
  const std::string_view token = trimmed(value.substr(space));
  if (token.find_first_of(" ,\t") != std::string_view::npos)
    return malformed("The Authorization header has more than one token.");
  return token;
}

Result<JwtToken, JwtRefusal> takeApart(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return malformed("The token has not three parts.");
  const auto header = fromBase64Url(token.substr(0, first));
  auto claims = fromBase64Url(token.substr(first + 1, second - first - 1));
  auto signature = fromBase64Url(token.substr(second + 1));
  if (!header || !claims || !signature) return malformed("The token is not base64url.");
  const Json json = Json::parse(*header, nullptr, false);
  if (!json.is_object()) return malformed("The token's header is no JSON object.");
  // Extensions that must be understood (RFC 7515 §4.1.11): none is.
  if (json.contains("crit")) return malformed("The token demands extensions (\"crit\").");
  const auto text = [&](const char* name) {
    const auto member = json.find(name);
    return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
  };
  return JwtToken{text("alg"), text("kid"), std::string(token.substr(0, second)), std::move(*signature),
                  std::move(*claims)};
}

bool isSignedBy(const JwtToken& token, EVP_PKEY* key) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  const bool isGood = EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                      EVP_DigestVerify(digest.get(), bytes(token.signature), token.signature.size(),
                                       bytes(token.signedText), token.signedText.size()) == 1;
  ERR_clear_error();
  return isGood;
}

}  // namespace

Result<JwtToken, JwtRefusal> readBearerToken(const http::Headers& fields) {
  return bearerOf(fields).and_then(takeApart);
}

Result<void, JwtRefusal> checkToken(const JwtToken& token, const Jwks& keys,
                                    const config::JwtValidation& action, WallTime now) {
  if (token.algorithm != "RS256")
    return badSignature(fmt::format("The token's algorithm is \"{}\", not RS256.", token.algorithm));
  const Jwks::Key* key = token.keyId.empty() ? nullptr : keys.find(token.keyId);
  if (!key) return badSignature(fmt::format("The JWKS has no RS256 key \"{}\".", token.keyId));
  if (key->bits != kKeyBits) {
    return failure(JwtRefusal{
        Outcome::JwksInvalid, "JWKSResponseInvalid",
        fmt::format("The JWKS's key \"{}\" has {} bits; ALB takes {}.", key->id, key->bits, kKeyBits)});
  }
  if (!isSignedBy(token, key->key.get()))
    return badSignature(fmt::format("The token's signature is not of key \"{}\".", key->id));
  return checkClaims(token.claims, action, now);
}

}  // namespace spillway::proxy
