// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/sticky_cookie.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>

namespace spillway::balance {
namespace {

constexpr std::chrono::hours kLife{7 * 24};  // ALB's, not configurable

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The value if `pair` is "<name>=<value>".
std::optional<std::string_view> valueIf(std::string_view pair, std::string_view name) {
  const auto equals = pair.find('=');
  if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name) return std::nullopt;
  return trimmed(pair.substr(equals + 1));
}

std::optional<std::string_view> findIn(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    const auto end = cookies.find(';');
    if (const auto value = valueIf(cookies.substr(0, end), name)) return value;
    cookies.remove_prefix(end == std::string_view::npos ? cookies.size() : end + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> findCookie(const http::Headers& request, std::string_view name) {
  // HTTP/2 clients may send one field for each cookie (RFC 9113 §8.2.3).
  for (std::size_t i = 0; i < request.count(); ++i) {
    const auto field = request.at(i);
    if (field.name != "cookie") continue;
    if (const auto value = findIn(field.value, name)) return value;
  }
  return std::nullopt;
}

bool setsCookie(const http::Headers& response, std::string_view name) {
  for (std::size_t i = 0; i < response.count(); ++i) {
    const auto field = response.at(i);
    if (field.name == "set-cookie" && valueIf(field.value.substr(0, field.value.find(';')), name))
      return true;
  }
  return false;
}

std::int64_t secondsOf(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

CookieScope scopeFor(const http::Headers& request) {
  constexpr std::string_view kBrowser = "Chrome/";
  constexpr int kFirstThatAsks = 80;
  if (!request.find("origin")) return CookieScope::SameSite;
  const std::string_view agent = request.find("user-agent").value_or("");
  const auto at = agent.find(kBrowser);
  if (at == std::string_view::npos) return CookieScope::SameSite;
  int version = 0;
  std::from_chars(agent.data() + at + kBrowser.size(), agent.data() + agent.size(), version);
  return version >= kFirstThatAsks ? CookieScope::CrossSite : CookieScope::SameSite;
}

void addCookie(http::Headers& response, std::string_view name, std::string_view value, CookieScope scope,
               WallTime now) {
  const auto expires = std::chrono::system_clock::to_time_t(now + kLife);
  response.add("set-cookie", fmt::format("{}={}; Expires={:%a, %d %b %Y %H:%M:%S GMT}; Path=/{}", name, value,
                                         fmt::gmtime(expires),
                                         scope == CookieScope::CrossSite ? "; SameSite=None; Secure" : ""));
}

void addCookiePair(http::Headers& response, std::string_view name, std::string_view value, WallTime now) {
  if (value.empty()) return;
  addCookie(response, name, value, CookieScope::SameSite, now);
  addCookie(response, fmt::format("{}CORS", name), value, CookieScope::CrossSite, now);
}

std::optional<std::string_view> findCookiePair(const http::Headers& request, std::string_view name) {
  const auto copy = findCookie(request, fmt::format("{}CORS", name));
  return copy ? copy : findCookie(request, name);
}

void addCookieRemoval(http::Headers& response, std::string_view name) {
  response.add("set-cookie", fmt::format("{}=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/", name));
}

}  // namespace spillway::balance
