// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "engine/base/result.h"
#include "engine/net/event_loop.h"
#include "engine/net/socket_address.h"

namespace spillway::net {

/// A bound and listening socket that nobody accepts from yet. Made on any thread; closes itself.
class ListeningSocket {
 public:
  /// Errors: AddressInUse, AccessDenied, … with a sentence that names the address.
  static Result<ListeningSocket> bind(const SocketAddress&);
  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();
  const SocketAddress& address() const { return address_; }  ///< the real port where 0 was asked for
  int release();                                             ///< the caller owns the descriptor now

 private:
  ListeningSocket(int fd, SocketAddress address) : fd_(fd), address_(address) {}
  int fd_ = -1;
  SocketAddress address_;
};

/// Accepts connections on its loop, at most ten per wake-up, and hands each descriptor on (the callee owns
/// it).
class Acceptor {
 public:
  using OnAccept = std::function<void(int fd, const SocketAddress& peer)>;
  Acceptor(EventLoop&, ListeningSocket, OnAccept);
  const SocketAddress& address() const { return address_; }

 private:
  void accept();
  EventLoop& loop_;
  SocketAddress address_;
  OnAccept onAccept_;
  Timer pause_;  ///< while descriptors have run out
  std::unique_ptr<FdWatch> watch_;
};

}  // namespace spillway::net
