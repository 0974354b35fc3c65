// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace spillway::config {
namespace {

using Range = std::pair<std::uint32_t, std::uint32_t>;

Error invalid(std::string detail) {
  return {ErrorCode::Invalid, Side::Balancer, std::move(detail)};
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string examples(bool grpc) {
  return grpc ? "write codes like 12, lists like 0,12 or ranges like 0-99"
              : "write codes like 200, lists like 200,301 or ranges like 200-299";
}

/// ALB's own words, and what was probably meant.
std::string outOfBounds(std::uint32_t code, std::uint32_t lowest, std::uint32_t highest, bool grpc) {
  std::string words = fmt::format("Health check matcher {} code '{}' must be within '{}-{}' inclusive",
                                  grpc ? "GRPC" : "HTTP", code, lowest, highest);
  if (grpc && code >= 100 && code < 600) {
    return words + fmt::format(": {} is an HTTP code; use 12 (UNIMPLEMENTED) or 0 (OK).", code);
  }
  if (!grpc && code < 100) return words + fmt::format(": {} is a gRPC code; use 200.", code);
  return words + ".";
}

Result<Range> parseRange(std::string_view part, std::uint32_t lowest, std::uint32_t highest, bool grpc) {
  const auto dash = part.find('-');
  const auto first = number(part.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : number(part.substr(dash + 1));
  if (!first || !last) {
    return failure(invalid(fmt::format("'{}' is not a success code: {}.", part, examples(grpc))));
  }
  if (*first > *last) {
    return failure(invalid(fmt::format(
        "The range '{}' runs backwards: write the lower code first, within {}-{}.", part, lowest, highest)));
  }
  for (const auto code : {*first, *last}) {
    if (code < lowest || code > highest) return failure(invalid(outOfBounds(code, lowest, highest, grpc)));
  }
  return Range{*first, *last};
}

}  // namespace

Result<CodeMatcher> CodeMatcher::parse(std::string_view text, std::uint32_t lowest, std::uint32_t highest) {
  const bool grpc = highest < 100;  // no HTTP status is below 100
  if (text.empty())
    return failure(invalid(fmt::format("The success codes are missing: {}.", examples(grpc))));
  if (text.find(' ') != std::string_view::npos) {
    return failure(invalid(fmt::format("Success codes have no spaces: {}.", examples(grpc))));
  }
  CodeMatcher matcher;
  for (std::string_view rest = text;;) {
    const auto comma = rest.find(',');
    auto range = parseRange(rest.substr(0, comma), lowest, highest, grpc);
    if (!range) return failure(range.error());
    matcher.ranges_.push_back(*range);
    if (comma == std::string_view::npos) return matcher;
    rest.remove_prefix(comma + 1);
  }
}

bool CodeMatcher::matches(std::uint32_t code) const {
  return std::ranges::any_of(
      ranges_, [code](const Range& range) { return range.first <= code && code <= range.second; });
}

}  // namespace spillway::config
