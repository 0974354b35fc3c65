// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace spillway::config {
namespace {

constexpr std::size_t kLongestName = 253;  // RFC 1035 §2.3.4, as text
constexpr std::size_t kLongestLabel = 63;

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
/// Underscores are no part of host names by RFC 1123, but names of containers have them and resolve.
bool isNameCharacter(char c) {
  return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

bool isLabel(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, isNameCharacter);
}

bool isHostName(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > kLongestName) return false;
  for (;;) {
    const auto dot = name.find('.');
    const auto label = name.substr(0, dot);
    if (!isLabel(label)) return false;
    // "127.0.0" or "300.1.1.1" is a mistyped address: no top-level domain is a number.
    if (dot == std::string_view::npos) return !std::ranges::all_of(label, isDigit);
    name.remove_prefix(dot + 1);
  }
}

bool isNumberWithDots(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return isDigit(c) || c == '.'; });
}

}  // namespace

AddressKind addressKind(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (text.find('\0') != std::string::npos) return AddressKind::Invalid;
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return AddressKind::Ipv4;
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return AddressKind::Ipv6;
  return isHostName(text) ? AddressKind::HostName : AddressKind::Invalid;
}

std::string targetIdProblem(const std::string& text) {
  if (text.empty()) return "A target needs an IP address or a host name.";
  if (addressKind(text) != AddressKind::Invalid) {
    const bool everyAddress = text == "0.0.0.0" || text == "::";
    return everyAddress ? "This means every address: name one, like 127.0.0.1." : "";
  }
  if (text.find("://") != std::string::npos) return "Write the address alone, without a scheme.";
  if (text.front() == '[' && text.back() == ']') {
    return fmt::format("Write an IPv6 address without brackets: {}.", text.substr(1, text.size() - 2));
  }
  const auto colon = text.rfind(':');
  if (colon != std::string::npos && colon + 1 < text.size() &&
      std::all_of(text.begin() + static_cast<std::ptrdiff_t>(colon) + 1, text.end(), isDigit)) {
    const std::string host = text.substr(0, colon);
    if (addressKind(host) != AddressKind::Invalid || host.starts_with('[')) {
      return fmt::format("Write the address alone; {} goes into the port.", text.substr(colon + 1));
    }
  }
  if (text.find('/') != std::string::npos) return "Write the address alone, without a path.";
  if (isNumberWithDots(text)) return "An IPv4 address is four numbers from 0 to 255, like 127.0.0.1.";
  return "A target is an IP address or a host name of letters, digits, hyphens and dots.";
}

std::string certificateNameProblem(const std::string& text) {
  const bool wildcard = text.starts_with("*.");
  if (addressKind(wildcard ? text.substr(2) : text) == AddressKind::HostName) return "";
  if (!wildcard && addressKind(text) != AddressKind::Invalid) return "";
  return "A certificate's name is a DNS name, an IP address, or a wildcard like *.example.test.";
}

}  // namespace spillway::config
