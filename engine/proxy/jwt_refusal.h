// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/observe/events.h"

namespace spillway::proxy {

/// Why a jwt-validation action does not let a request pass (alb-behaviour §2.11, §7.4).
struct JwtRefusal {
  observe::Outcome outcome = observe::Outcome::JwtRefused;  ///< or JwksUnavailable, JwksInvalid
  const char* errorReason = "";  ///< "JWTClaimValueInvalid", … for the access log
  std::string detail;            ///< one clear sentence
};

}  // namespace spillway::proxy
