// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/http/headers.h"

/// The wire form of the balancer's cookies (alb-behaviour §3.6).
namespace spillway::balance {

/// The value of the request's first cookie of this name; valid until the fields change.
std::optional<std::string_view> findCookie(const http::Headers& request, std::string_view name);
/// Whether the response sets a cookie of this name.
bool setsCookie(const http::Headers& response, std::string_view name);

/// Seconds since 1970, as sealed values hold times.
std::int64_t secondsOf(WallTime time);

/// Whether browsers send a cookie along with requests that other sites make: then it says "SameSite=None;
/// Secure".
enum class CookieScope : std::uint8_t { SameSite, CrossSite };
/// A request with an Origin from a browser that wants to be told (Chromium 80 and later): CrossSite.
CookieScope scopeFor(const http::Headers& request);

/// "<name>=<value>; Expires=<in 7 days>; Path=/"; how long the session lasts is inside of the value.
void addCookie(http::Headers& response, std::string_view name, std::string_view value, CookieScope scope,
               WallTime now);
/// The cookie and its copy "<name>CORS" for other sites; none when the value is empty.
void addCookiePair(http::Headers& response, std::string_view name, std::string_view value, WallTime now);
/// The value that a request with such a pair means: the copy wins.
std::optional<std::string_view> findCookiePair(const http::Headers& request, std::string_view name);
/// Tells the browser to forget the cookie.
void addCookieRemoval(http::Headers& response, std::string_view name);

}  // namespace spillway::balance
