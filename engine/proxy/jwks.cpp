// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/jwks.h"

#include <fmt/core.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/base/base64url.h"

namespace spillway::proxy {
namespace {

using Json = nlohmann::json;
using observe::Outcome;

template <class T, auto Free>
struct Freed {
  void operator()(T* object) const { Free(object); }
};
using Number = std::unique_ptr<BIGNUM, Freed<BIGNUM, BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM, OSSL_PARAM_free>>;
using Making = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;

tl::unexpected<JwtRefusal> invalid(std::string detail) {
  return failure(JwtRefusal{Outcome::JwksInvalid, "JWKSResponseInvalid", std::move(detail)});
}

/// The member's text; "" when it is not there or no text.
std::string textOf(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

Number numberOf(const Json& key, const char* name) {
  const auto bytes = fromBase64Url(textOf(key, name));
  if (!bytes || bytes->empty()) return nullptr;
  return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes->data()),
                          static_cast<int>(bytes->size()), nullptr));
}

/// An RSA public key of modulus and exponent; null when they make none.
std::shared_ptr<EVP_PKEY> makeKey(const Json& json) {
  const Number modulus = numberOf(json, "n"), exponent = numberOf(json, "e");
  if (!modulus || !exponent) return nullptr;
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Making making(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return {key, EVP_PKEY_free};
}

/// What a key says it is for, where it says so (RFC 7517 §4).
bool isForRs256(const Json& key) {
  const auto saysOther = [&](const char* name, const char* ours) {
    return key.contains(name) && textOf(key, name) != ours;
  };
  return textOf(key, "kty") == "RSA" && !saysOther("use", "sig") && !saysOther("alg", "RS256");
}

}  // namespace

Result<std::shared_ptr<const Jwks>, JwtRefusal> Jwks::parse(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  const auto list = json.is_object() ? json.find("keys") : json.end();
  if (!json.is_object() || list == json.end() || !list->is_array())
    return invalid("The JWKS is no JSON object with an array \"keys\".");
  if (list->size() > kMostJwks) {
    return failure(JwtRefusal{Outcome::JwksUnavailable, "JWKSResponseSizeExceeded",
                              fmt::format("The JWKS has {} keys; the most is {}.", list->size(), kMostJwks)});
  }
  auto jwks = std::make_shared<Jwks>();
  for (const Json& each : *list) {
    if (!each.is_object()) return invalid("The JWKS has a key that is no JSON object.");
    if (!isForRs256(each)) continue;
    auto key = makeKey(each);
    const std::string id = textOf(each, "kid");
    if (!key) return invalid(fmt::format("The JWKS's key \"{}\" is damaged.", id));
    const int bits = EVP_PKEY_get_bits(key.get());
    jwks->keys_.push_back({id, std::move(key), bits});
  }
  return jwks;
}

const Jwks::Key* Jwks::find(std::string_view id) const {
  const auto found = std::ranges::find(keys_, id, &Key::id);
  return found == keys_.end() ? nullptr : &*found;
}

}  // namespace spillway::proxy
