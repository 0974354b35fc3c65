// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/redirect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/balance/uri.h"
#include "engine/base/letter_case.h"

namespace spillway::balance {
namespace {

using Placeholders = std::array<std::pair<std::string_view, std::string_view>, 5>;

/// The template with its placeholders filled in; what is no placeholder stays as it is.
std::string fill(std::string_view pattern, const Placeholders& placeholders) {
  std::string result;
  while (!pattern.empty()) {
    const std::size_t start = std::min(pattern.find("#{"), pattern.size());
    result += pattern.substr(0, start);
    pattern.remove_prefix(start);
    const auto known = std::ranges::find_if(
        placeholders, [pattern](const auto& item) { return pattern.starts_with(item.first); });
    if (known != placeholders.end()) {
      result += known->second;
      pattern.remove_prefix(known->first.size());
    } else if (!pattern.empty()) {
      result += pattern.front();
      pattern.remove_prefix(1);
    }
  }
  return result;
}

std::string lowerCase(std::string text) {
  std::ranges::transform(text, text.begin(), lowered);
  return text;
}

/// What a header field must not hold, or a URI has only encoded, goes out percent-encoded.
std::string encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F) {
      result += fmt::format("%{:02X}", byte);
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

Result<std::string> redirectLocation(const config::Redirect& redirect, const RedirectSource& source) {
  const TargetParts parts = splitTarget(source.target);
  const std::string port = std::to_string(source.port);
  const std::string_view path = parts.path.substr(parts.path.starts_with('/') ? 1 : 0);
  const Placeholders placeholders{{
      {"#{protocol}", source.protocol == config::Protocol::Https ? "https" : "http"},
      {"#{host}", source.host},
      {"#{port}", port},
      {"#{path}", path},
      {"#{query}", parts.query},
  }};
  const std::string query = fill(redirect.query, placeholders);
  const std::string location = encoded(fmt::format(
      "{}://{}:{}{}{}{}", lowerCase(fill(redirect.protocol, placeholders)), fill(redirect.host, placeholders),
      fill(redirect.port, placeholders), fill(redirect.path, placeholders), query.empty() ? "" : "?", query));
  if (location.size() <= kLongestLocation) return location;
  return failure(
      Error{ErrorCode::Invalid, Side::Client,
            fmt::format("The redirect's URL would be {} bytes long; 8 K are allowed.", location.size())});
}

}  // namespace spillway::balance
