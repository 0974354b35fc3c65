// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "engine/base/clock.h"
#include "engine/config/rules.h"
#include "engine/proxy/jwt_refusal.h"

namespace spillway::proxy {

/// Whether these claims (JSON text, already verified) hold at `now`: exp and iss must be there; nbf and iat
/// count where they are; then the action's own claims, of each of which one value must be there.
Result<void, JwtRefusal> checkClaims(std::string_view claims, const config::JwtValidation& action,
                                     WallTime now);

}  // namespace spillway::proxy
