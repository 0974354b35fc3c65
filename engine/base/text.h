// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

/// Small readings of ASCII text, as protocols' fields need them (RFC 9110 §5.6).
namespace spillway {

constexpr char lowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lowerCase(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return lowerCase(c); });
  return result;
}

constexpr bool equalsIgnoringCase(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](char a, char b) { return lowerCase(a) == lowerCase(b); });
}

constexpr bool isAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Writes the lowest `digits` hexadecimal digits of a number, in lower case; returns where they end.
constexpr char* writeHex(char* at, std::uint64_t number, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    *at++ = "0123456789abcdef"[number >> shift & 15];
  return at;
}

/// Without the spaces and tabs around it.
constexpr std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Calls `visit` with each member of a list, trimmed; empty members are left out.
template <class Visit>
void forEachMember(std::string_view list, char separator, Visit&& visit) {
  while (!list.empty()) {
    const auto end = list.find(separator);
    if (const auto member = trimmed(list.substr(0, end)); !member.empty()) visit(member);
    if (end == std::string_view::npos) return;
    list.remove_prefix(end + 1);
  }
}

}  // namespace spillway
