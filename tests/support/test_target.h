// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/http/http2_connection.h"
#include "engine/net/acceptor.h"
#include "engine/net/event_loop.h"

namespace spillway::test {

/// A gRPC-like HTTP/2 server on a thread of its own whose paths say what it does:
///   /test/echo      sends each byte back as it comes; status 0 in trailers at the end of the request
///   /test/hold      never answers
///   /test/flood     answers with 8 MiB, then status 0
///   /test/head      answers with its head at once, then waits for the end of the request
///   /test/early     ends its answer with status 0 without reading the request
///   /test/reset     resets the stream with CANCEL before any answer
///   /test/half      sends its head and one message, then resets with CANCEL
///   /test/refuse    resets with REFUSED_STREAM
///   anything else   status 12, Trailers-Only, as gRPC servers answer unknown methods
class TestTarget {
 public:
  /// Port 0 takes a free one.
  explicit TestTarget(std::uint16_t port = 0, std::shared_ptr<const net::TlsContext> tls = nullptr);
  ~TestTarget();

  std::uint16_t port() const { return port_; }
  std::string address() const;
  /// Ends all connections and the listening socket: as if the program had been killed.
  void kill();
  /// GOAWAY on all connections.
  void drain();

  std::vector<http::MessageHead> requests() const;  ///< heads seen, without health checks
  std::size_t calls() const { return requests().size(); }
  std::size_t connections() const { return connections_.load(); }
  std::size_t cancelled() const { return cancelled_.load(); }  ///< streams that the balancer reset
  std::size_t bytesSent() const { return bytesSent_.load(); }  ///< body bytes that left for the balancer
  std::size_t bytesReceived() const { return bytesReceived_.load(); }
  /// Status of the answer to health checks and unknown paths from now on; 12 at first.
  void setUnknownStatus(int status) { unknownStatus_ = status; }

 private:
  friend class TargetConnection;
  friend class TargetStream;
  void onLoop(const std::function<void()>& work);

  net::EventLoop loop_;
  std::shared_ptr<const net::TlsContext> tls_;
  std::unique_ptr<net::Acceptor> acceptor_;
  std::vector<class TargetConnection*> live_;  ///< loop thread
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<http::MessageHead> requests_;
  std::atomic<std::size_t> connections_{0}, cancelled_{0}, bytesSent_{0}, bytesReceived_{0};
  std::atomic<int> unknownStatus_{12};
  std::thread thread_;
};

}  // namespace spillway::test
