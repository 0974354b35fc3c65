// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/acceptor.h"

#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace spillway::net {
namespace {

Error bindError(const SocketAddress& address, int error) {
  switch (error) {
    case EADDRINUSE:
      return {
          ErrorCode::AddressInUse, Side::Balancer,
          fmt::format("Port {} on {} is held by another program. Choose another port, or stop that program.",
                      address.port(), address.ip())};
    case EACCES:
      return {ErrorCode::AccessDenied, Side::Balancer,
              fmt::format("Port {} needs a right that this program lacks. Choose a port from 1024 on.",
                          address.port())};
    case EADDRNOTAVAIL:
      return {ErrorCode::Invalid, Side::Balancer,
              fmt::format("This machine has no address {}.", address.ip())};
    default:
      return {ErrorCode::System, Side::Balancer,
              fmt::format("Cannot listen on {}: {}.", address.toString(), std::strerror(error))};
  }
}

SocketAddress localAddress(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  return SocketAddress::fromNative(&storage, size);
}

}  // namespace

Result<ListeningSocket> ListeningSocket::bind(const SocketAddress& address) {
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return failure(bindError(address, errno));
  ListeningSocket socket(fd, address);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.family() == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(fd, static_cast<const sockaddr*>(address.native()), address.nativeSize()) < 0 ||
      ::listen(fd, 1024) < 0) {
    return failure(bindError(address, errno));
  }
  socket.address_ = localAddress(fd);
  return socket;
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), address_(other.address_) {}

ListeningSocket::~ListeningSocket() {
  if (fd_ >= 0) ::close(fd_);
}

int ListeningSocket::release() {
  return std::exchange(fd_, -1);
}

Acceptor::Acceptor(EventLoop& loop, ListeningSocket socket, OnAccept onAccept)
    : loop_(loop), address_(socket.address()), onAccept_(std::move(onAccept)) {
  watch_ = std::make_unique<FdWatch>(
      loop, socket.release(), [this] { accept(); }, nullptr);
  watch_->waitReadable();
}

void Acceptor::accept() {
  for (int i = 0; i < 10; ++i) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    const int fd =
        ::accept4(watch_->fd(), reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      onAccept_(fd, SocketAddress::fromNative(&storage, size));
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // Out of descriptors: connections wait in the kernel's queue until some are free again.
      pause_ = loop_.after(std::chrono::milliseconds(100), [this] { accept(); });
      return;
    }
    break;
  }
  watch_->waitReadable();
}

}  // namespace spillway::net
