// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>

#include "engine/config/rules.h"
#include "engine/http/headers.h"
#include "engine/proxy/jwks_cache.h"
#include "engine/proxy/jwt_refusal.h"

namespace spillway::proxy {

using JwtVerdict = Result<void, JwtRefusal>;

/// Judges a request for a jwt-validation action (alb-behaviour §2.11). Nothing is returned when keys must be
/// fetched first: then `later` gets the verdict, once, on the cache's thread.
std::optional<JwtVerdict> validateJwt(const http::Headers& fields, const config::JwtValidation& action,
                                      JwksCache& cache, std::function<void(JwtVerdict)> later);

}  // namespace spillway::proxy
