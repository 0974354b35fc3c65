// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/jwt_claims.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"

namespace spillway::proxy {
namespace {

using Json = nlohmann::json;
using Checked = Result<void, JwtRefusal>;
using Format = config::JwtClaim::Format;

tl::unexpected<JwtRefusal> refused(const char* reason, std::string detail) {
  return failure(JwtRefusal{observe::Outcome::JwtRefused, reason, std::move(detail)});
}
tl::unexpected<JwtRefusal> missing(std::string_view name) {
  return refused("JWTClaimNotPresent", fmt::format("The token has no claim \"{}\".", name));
}
tl::unexpected<JwtRefusal> misshapen(std::string_view name, std::string_view wanted) {
  return refused("JWTClaimFormatInvalid", fmt::format("The token's claim \"{}\" is no {}.", name, wanted));
}
tl::unexpected<JwtRefusal> wrongValue(std::string_view name, std::string_view why) {
  return refused("JWTClaimValueInvalid", fmt::format("The token's claim \"{}\" {}.", name, why));
}

enum class Presence : bool { Optional, Mandatory };
enum class Lies : bool { InPast, InFuture };  ///< where the time must lie, seen from now

/// A NumericDate (RFC 7519 §2).
Checked checkTime(const Json& claims, const char* name, Presence presence, Lies lies, WallTime now) {
  const auto claim = claims.find(name);
  if (claim == claims.end()) return presence == Presence::Optional ? Checked() : missing(name);
  if (!claim->is_number()) return misshapen(name, "number");
  const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
  const double said = claim->get<double>();
  if (lies == Lies::InFuture && said <= seconds) return wrongValue(name, "is over");
  if (lies == Lies::InPast && said > seconds) return wrongValue(name, "lies in the future");
  return {};
}

Checked checkIssuer(const Json& claims, const std::string& issuer) {
  const auto claim = claims.find("iss");
  if (claim == claims.end()) return missing("iss");
  if (!claim->is_string()) return misshapen("iss", "string");
  if (claim->get_ref<const std::string&>() != issuer) return wrongValue("iss", "names another issuer");
  return {};
}

/// The strings in a claim of this format; failure when it has another shape.
Result<std::vector<std::string>, JwtRefusal> valuesIn(const Json& claim, const config::JwtClaim& wanted) {
  std::vector<std::string> values;
  if (wanted.format == Format::StringArray) {
    const auto isText = [](const Json& element) { return element.is_string(); };
    if (!claim.is_array() || !std::ranges::all_of(claim, isText))
      return misshapen(wanted.name, "array of strings");
    return claim.get<std::vector<std::string>>();
  }
  if (!claim.is_string()) return misshapen(wanted.name, "string");
  const auto& text = claim.get_ref<const std::string&>();
  if (wanted.format == Format::SingleString) return std::vector{text};
  forEachMember(text, ' ', [&](std::string_view value) { values.emplace_back(value); });
  return values;
}

Checked checkClaim(const Json& claims, const config::JwtClaim& wanted) {
  const auto claim = claims.find(wanted.name);
  if (claim == claims.end()) return missing(wanted.name);
  const auto values = valuesIn(*claim, wanted);
  if (!values) return failure(values.error());
  const bool hasOne = std::ranges::any_of(*values, [&](const auto& value) {
    return std::ranges::find(wanted.values, value) != wanted.values.end();
  });
  return hasOne ? Checked() : wrongValue(wanted.name, "has none of the values that the rule wants");
}

}  // namespace

Result<void, JwtRefusal> checkClaims(std::string_view text, const config::JwtValidation& action,
                                     WallTime now) {
  const Json claims = Json::parse(text, nullptr, false);
  if (!claims.is_object())
    return refused("JWTRequestFormatInvalid", "The token's claims are no JSON object.");
  Checked result =
      checkTime(claims, "exp", Presence::Mandatory, Lies::InFuture, now)
          .and_then([&] { return checkIssuer(claims, action.issuer); })
          .and_then([&] { return checkTime(claims, "nbf", Presence::Optional, Lies::InPast, now); })
          .and_then([&] { return checkTime(claims, "iat", Presence::Optional, Lies::InPast, now); });
  for (const config::JwtClaim& wanted : action.additionalClaims) {
    if (result) result = checkClaim(claims, wanted);
  }
  return result;
}

}  // namespace spillway::proxy
