// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace spillway::config {

/// An IP address as bytes in network order. IPv4 addresses that are mapped into IPv6 count as IPv4.
struct IpBytes {
  std::array<std::uint8_t, 16> bytes{};
  std::uint8_t size = 0;  ///< 4 or 16; 0 = none
  /// "::ffff:10.0.0.1" becomes 10.0.0.1, others stay.
  static IpBytes of(const void* bytes, std::size_t size);
  bool operator==(const IpBytes&) const = default;
};

/// A network like "10.0.0.0/8" or "fd00::/8". Bits behind the prefix do not count.
class Cidr {
 public:
  /// nullopt: the text is none.
  static std::optional<Cidr> parse(const std::string& text);
  /// An IPv4 address lies in IPv4 networks only, an IPv6 address in IPv6 networks only.
  bool contains(const IpBytes& address) const;

 private:
  IpBytes network_;
  std::uint32_t prefix_ = 0;
};

}  // namespace spillway::config
