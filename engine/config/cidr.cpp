// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/cidr.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace spillway::config {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0,    0,
                                               0, 0, 0, 0, 0xFF, 0xFF};  // RFC 4291 §2.5.5.2

std::optional<std::uint32_t> prefixOf(const char* begin, const char* end, std::uint32_t highest) {
  std::uint32_t value = 0;
  const bool padded = begin != end && *begin == '0' && end - begin > 1;
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (error != std::errc() || stop != end || padded || value > highest) return std::nullopt;
  return value;
}

}  // namespace

IpBytes IpBytes::of(const void* bytes, std::size_t size) {
  IpBytes result;
  const auto* from = static_cast<const std::uint8_t*>(bytes);
  if (size == 16 && std::equal(kMapped.begin(), kMapped.end(), from)) {
    from += kMapped.size();
    size = 4;
  }
  std::copy_n(from, size, result.bytes.begin());
  result.size = static_cast<std::uint8_t>(size);
  return result;
}

std::optional<Cidr> Cidr::parse(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const std::string address = text.substr(0, slash);
  std::array<std::uint8_t, 16> bytes{};
  std::uint32_t size = 0;
  if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) size = 4;
  if (size == 0 && ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) size = 16;
  const auto prefix = prefixOf(text.data() + slash + 1, text.data() + text.size(), size * 8);
  if (size == 0 || !prefix || address.find('\0') != std::string::npos) return std::nullopt;
  Cidr result;
  result.network_ = IpBytes::of(bytes.data(), size);
  result.prefix_ = *prefix;
  if (result.network_.size < size) {
    const auto mappedBits = static_cast<std::uint32_t>(kMapped.size() * 8);
    if (*prefix < mappedBits) return std::nullopt;  // neither an IPv4 nor an IPv6 network
    result.prefix_ -= mappedBits;
  }
  return result;
}

bool Cidr::contains(const IpBytes& address) const {
  if (address.size == 0 || address.size != network_.size) return false;
  const std::uint32_t whole = prefix_ / 8, rest = prefix_ % 8;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, network_.bytes.begin())) return false;
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> rest);
  return rest == 0 || ((address.bytes[whole] ^ network_.bytes[whole]) & mask) == 0;
}

}  // namespace spillway::config
