// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/config/address.h"
#include "engine/config/validate_rules.h"

/// jwt-validation actions (alb-behaviour §2.11).
namespace spillway::config {
namespace {

constexpr std::size_t kLongestText = 256, kMostClaims = 10, kMostValues = 10;
constexpr std::array<std::string_view, 4> kCheckedAnyway{"exp", "iss", "nbf", "iat"};

/// The host of a URL's authority, brackets and port taken off.
std::string hostOf(std::string_view url) {
  std::string_view authority = url.substr(url.find("://") + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (authority.starts_with('[')) return std::string(authority.substr(1, authority.find(']') - 1));
  return std::string(authority.substr(0, authority.find(':')));
}

bool isThisMachine(const std::string& host) {
  const bool loopback = host.starts_with("127.") && addressKind(host) == AddressKind::Ipv4;
  return host == "localhost" || host == "::1" || loopback;
}

std::string endpointProblem(const std::string& url) {
  if (url.empty()) return "Name the URL of the key set (JWKS).";
  if (url.size() > kLongestText) return "The URL of the key set has 256 characters at the most.";
  if (hasUnprintable(url) || url.find(' ') != std::string::npos)
    return "A URL has only visible ASCII characters, no spaces.";
  if (url.find('@') != std::string::npos) return "Write the URL without user name and password.";
  if (url.starts_with("file://")) {
    const std::string host = hostOf(url);
    const bool hasPath = url.find('/', 7) != std::string::npos && !url.ends_with('/');
    return (host.empty() || isThisMachine(host)) && hasPath
               ? ""
               : "A file of this machine is written like file:///home/me/jwks.json.";
  }
  const bool https = url.starts_with("https://");
  if (!https && !url.starts_with("http://")) return "The key set's URL begins with https://.";
  const std::string host = hostOf(url);
  if (addressKind(host) == AddressKind::Invalid) return "This URL names no host.";
  if (https || isThisMachine(host)) return "";
  return "Without TLS the keys may only come from this machine (localhost): write https://.";
}

std::string claimNameProblem(const std::string& name) {
  if (name.empty()) return "Name the claim.";
  if (name.size() > kLongestText) return "The name of a claim has 256 characters at the most.";
  if (std::ranges::find(kCheckedAnyway, name) == kCheckedAnyway.end()) return "";
  return fmt::format("{} is always checked: remove it from the list.", name);
}

void checkClaim(Findings& findings, const std::string& path, const JwtClaim& claim) {
  if (const auto problem = claimNameProblem(claim.name); !problem.empty())
    findings.error(path + ".name", claim.name, problem);
  if (claim.values.empty() || claim.values.size() > kMostValues) {
    findings.error(path + ".values", std::to_string(claim.values.size()), "A claim has 1-10 values.");
  }
  for (std::size_t i = 0; i < claim.values.size(); ++i) {
    const std::string& value = claim.values[i];
    if (!value.empty() && value.size() <= kLongestText) continue;
    findings.error(fmt::format("{}.values[{}]", path, i), value, "A claim's value has 1-256 characters.");
  }
}

}  // namespace

void checkJwtValidation(Findings& findings, const std::string& path, const JwtValidation& validation) {
  if (const auto problem = endpointProblem(validation.jwksEndpoint); !problem.empty())
    findings.error(path + ".jwksEndpoint", validation.jwksEndpoint, problem);
  if (validation.issuer.empty() || validation.issuer.size() > kLongestText) {
    findings.error(path + ".issuer", validation.issuer, "The issuer (claim iss) has 1-256 characters.");
  }
  const auto& claims = validation.additionalClaims;
  if (claims.size() > kMostClaims) {
    findings.error(path + ".additionalClaims", std::to_string(claims.size()),
                   "There are 10 additional claims at the most.");
  }
  for (std::size_t i = 0; i < claims.size(); ++i)
    checkClaim(findings, fmt::format("{}.additionalClaims[{}]", path, i), claims[i]);
}

}  // namespace spillway::config
