// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/uri.h"

#include <algorithm>
#include <cstddef>

namespace spillway::balance {
namespace {

bool isControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool isUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

/// -1: no hexadecimal digit.
int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decodeUnreserved(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  result.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    const int high = path[i] == '%' && i + 2 < path.size() ? hexValue(path[i + 1]) : -1;
    const int low = high < 0 ? -1 : hexValue(path[i + 2]);
    if (low < 0) {
      result += path[i];
      continue;
    }
    const char decoded = static_cast<char>(high * 16 + low);
    if (isUnreserved(decoded)) {
      result += decoded;
    } else {
      result += '%';
      result += kDigits[static_cast<std::size_t>(high)];
      result += kDigits[static_cast<std::size_t>(low)];
    }
    i += 2;
  }
  return result;
}

/// RFC 3986 §5.2.4 for a path that begins with "/".
std::string removeDotSegments(std::string_view path) {
  std::string result;
  result.reserve(path.size());
  while (!path.empty()) {
    const std::size_t next = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, next);  // "/" and its name
    path.remove_prefix(next);
    const bool isParent = segment == "/..";
    if (isParent) result.resize(std::min(result.size(), result.rfind('/')));
    if (!isParent && segment != "/.") {
      result += segment;
    } else if (path.empty()) {
      result += '/';
    }
  }
  return result;
}

}  // namespace

TargetParts splitTarget(std::string_view target) {
  target = target.substr(0, target.find('#'));  // a fragment has no place here, and is no part of the query
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

AuthorityParts splitAuthority(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return {authority, {}};
  return {authority.substr(0, colon), authority.substr(colon + 1)};
}

std::string_view normalisedPath(std::string_view path, std::string& storage) {
  const bool hasPercent = path.find('%') != std::string_view::npos;
  if (!hasPercent && path.find("/.") == std::string_view::npos) return path;
  storage = hasPercent ? decodeUnreserved(path) : std::string(path);
  if (storage.starts_with('/')) storage = removeDotSegments(storage);
  return storage;
}

std::string_view withoutControls(std::string_view text, std::string& storage) {
  if (std::ranges::none_of(text, isControl)) return text;
  storage.clear();
  std::ranges::copy_if(text, std::back_inserter(storage), [](char c) { return !isControl(c); });
  return storage;
}

}  // namespace spillway::balance
