// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/jwt_validation.h"

#include "engine/proxy/jwt_token.h"

namespace spillway::proxy {

std::optional<JwtVerdict> validateJwt(const http::Headers& fields, const config::JwtValidation& action,
                                      JwksCache& cache, std::function<void(JwtVerdict)> later) {
  auto token = readBearerToken(fields);
  if (!token) return failure(token.error());
  const auto keys = cache.keysOf(action.jwksEndpoint);
  const bool isHopeless = token->algorithm != "RS256" || token->keyId.empty();
  if (isHopeless || (keys && keys->find(token->keyId)))
    return checkToken(*token, keys ? *keys : Jwks{}, action, wallNow());
  cache.fetch(action.jwksEndpoint,
              [token = std::move(*token), action, later = std::move(later)](const JwksCache::Answer& answer) {
                later(answer ? checkToken(token, **answer, action, wallNow()) : failure(answer.error()));
              });
  return std::nullopt;
}

}  // namespace spillway::proxy
