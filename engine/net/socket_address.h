// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"

namespace spillway::net {

/// An IP address and a port, ready for the socket calls. A value.
class SocketAddress {
 public:
  SocketAddress() = default;
  /// From numbers and colons only ("127.0.0.1", "::1"); no name is looked up.
  static Result<SocketAddress> parse(const std::string& ip, std::uint16_t port);
  /// From the `sockaddr` that a socket call filled in.
  static SocketAddress fromNative(const void* address, std::size_t size);

  const void* native() const { return bytes_; }
  std::uint32_t nativeSize() const { return size_; }
  int family() const;
  std::uint16_t port() const;
  std::string ip() const;        ///< "127.0.0.1", "::1"
  std::string toString() const;  ///< "127.0.0.1:50051", "[::1]:50051"
  bool operator==(const SocketAddress&) const;

 private:
  alignas(8) std::uint8_t bytes_[28] = {};  // sockaddr_in6 is the larger one
  std::uint32_t size_ = 0;
};

}  // namespace spillway::net
