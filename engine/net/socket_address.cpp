// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/socket_address.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace spillway::net {

Result<SocketAddress> SocketAddress::parse(const std::string& ip, std::uint16_t port) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, ip.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return fromNative(&v4, sizeof v4);
  }
  if (inet_pton(AF_INET6, ip.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return fromNative(&v6, sizeof v6);
  }
  return failure(Error{ErrorCode::Invalid, Side::Balancer, fmt::format("'{}' is no IP address.", ip)});
}

SocketAddress SocketAddress::fromNative(const void* address, std::size_t size) {
  SocketAddress result;
  if (size <= sizeof result.bytes_) {
    std::memcpy(result.bytes_, address, size);
    result.size_ = static_cast<std::uint32_t>(size);
  }
  return result;
}

int SocketAddress::family() const {
  sa_family_t family = AF_UNSPEC;
  if (size_) std::memcpy(&family, bytes_ + offsetof(sockaddr, sa_family), sizeof family);
  return family;
}

std::uint16_t SocketAddress::port() const {
  std::uint16_t port = 0;
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  std::memcpy(&port, bytes_ + offsetof(sockaddr_in, sin_port), sizeof port);
  return ntohs(port);
}

std::string SocketAddress::ip() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) inet_ntop(AF_INET, bytes_ + offsetof(sockaddr_in, sin_addr), text, sizeof text);
  if (family() == AF_INET6)
    inet_ntop(AF_INET6, bytes_ + offsetof(sockaddr_in6, sin6_addr), text, sizeof text);
  return text;
}

std::string SocketAddress::toString() const {
  return family() == AF_INET6 ? fmt::format("[{}]:{}", ip(), port()) : fmt::format("{}:{}", ip(), port());
}

bool SocketAddress::operator==(const SocketAddress& other) const {
  return size_ == other.size_ && std::memcmp(bytes_, other.bytes_, size_) == 0;
}

}  // namespace spillway::net
