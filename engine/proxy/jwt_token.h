// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/clock.h"
#include "engine/config/rules.h"
#include "engine/http/headers.h"
#include "engine/proxy/jwks.h"
#include "engine/proxy/jwt_refusal.h"

/// Tokens as jwt-validation judges them (alb-behaviour §2.11). Pure.
namespace spillway::proxy {

/// A JSON Web Token that was taken apart (RFC 7519); nothing is verified yet.
struct JwtToken {
  std::string algorithm, keyId;   ///< alg and kid of its header
  std::string signedText;         ///< what the signature is made of
  std::string signature, claims;  ///< decoded; `claims` is JSON text
};

/// The token of "Authorization: Bearer …".
Result<JwtToken, JwtRefusal> readBearerToken(const http::Headers& fields);

/// Whether the token is signed with one of the keys, is valid at `now`, and claims what the action demands.
/// Times are compared without leeway; AWS tells of none.
Result<void, JwtRefusal> checkToken(const JwtToken& token, const Jwks& keys,
                                    const config::JwtValidation& action, WallTime now);

}  // namespace spillway::proxy
