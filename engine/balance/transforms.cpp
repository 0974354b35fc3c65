// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/transforms.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/balance/uri.h"

namespace spillway::balance {
namespace {

constexpr std::size_t kLongestHost = 255;
constexpr std::size_t kLongestTarget = 16 * 1024;  // ALB's limit for a request line

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

bool isHost(std::string_view text) {
  const auto [host, port] = splitAuthority(text);
  const bool isAddress = host.starts_with('[') && host.ends_with(']');
  const std::string_view name = isAddress ? host.substr(1, host.size() - 2) : host;
  const bool hasPort = host.size() != text.size();
  return !name.empty() && text.size() <= kLongestHost && (!hasPort || !port.empty()) && port.size() <= 5 &&
         std::ranges::all_of(port, isDigit) && std::ranges::all_of(name, [isAddress](char c) {
           return isDigit(c) || (lowered(c) >= 'a' && lowered(c) <= 'z') || c == '-' || c == '.' ||
                  c == '_' || (isAddress && c == ':');
         });
}

bool isTarget(std::string_view text) {
  return text.starts_with('/') &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
}

}  // namespace

std::shared_ptr<const Transforms> Transforms::of(const config::Rule& rule) {
  if (!rule.hostHeaderRewrite && !rule.urlRewrite) return nullptr;
  auto result = std::make_shared<Transforms>();
  result->host_ = compiled(rule.hostHeaderRewrite, LetterCase::Insensitive);
  result->url_ = compiled(rule.urlRewrite, LetterCase::Sensitive);
  return result;
}

std::optional<Transforms::Replacement> Transforms::compiled(const std::optional<config::Rewrite>& rewrite,
                                                            LetterCase letterCase) {
  if (!rewrite) return std::nullopt;
  auto regex = Regex::compile(rewrite->regex, letterCase);
  if (!regex) return std::nullopt;
  return Replacement{std::move(*regex), rewrite->replace};
}

TransformResult Transforms::apply(std::string_view host, std::string_view pathAndQuery) const {
  TransformResult result;
  if (host_) {
    // Rules written for ALB's port 443 must work at a desk's port 8443 too, so the port is not shown to them.
    const std::string_view name = splitAuthority(host).host;
    result.host = replaced(*host_, name);
    if (result.host && splitAuthority(*result.host).host.size() == result.host->size())
      result.host->append(host.substr(name.size()));
    if (result.host && !isHost(*result.host)) return {{}, {}, "TransformInvalidHost"};
  }
  if (url_) {
    result.pathAndQuery = replaced(*url_, pathAndQuery);
    if (result.pathAndQuery && result.pathAndQuery->size() > kLongestTarget)
      return {{}, {}, "TransformBufferTooSmall"};
    if (result.pathAndQuery && !isTarget(*result.pathAndQuery)) return {{}, {}, "TransformInvalidPath"};
  }
  if (result.host || result.pathAndQuery) result.status = "TransformSuccess";
  return result;
}

/// The text with the first place that the regex finds replaced; $1 and so on stand for its groups, $0 for all
/// of it, any other $ for itself. Whether ALB replaces further places is unverified. Stops growing once the
/// result is too long for anything.
std::optional<std::string> Transforms::replaced(const Replacement& replacement, std::string_view text) {
  const std::vector<std::string_view> groups = replacement.regex.search(text);
  if (groups.empty()) return std::nullopt;
  const auto start = static_cast<std::size_t>(groups[0].data() - text.data());
  std::string result(text.substr(0, start));
  std::string_view rest = replacement.text;
  while (!rest.empty() && result.size() <= kLongestTarget) {
    std::size_t digits = 0, number = 0;
    while (rest.front() == '$' && digits + 1 < rest.size() && isDigit(rest[digits + 1]) && digits < 3)
      number = number * 10 + static_cast<std::size_t>(rest[++digits] - '0');
    const bool isGroup = digits > 0 && number < groups.size();
    result += isGroup ? groups[number] : rest.substr(0, 1);
    rest.remove_prefix(isGroup ? digits + 1 : 1);
  }
  return result.append(text.substr(start + groups[0].size()));
}

}  // namespace spillway::balance
