// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/http/stream.h"
#include "engine/net/acceptor.h"
#include "engine/net/event_loop.h"
#include "engine/net/tls_context.h"

namespace spillway::test {

/// What a ScriptedServer does on each connection.
struct Part {
  enum class When : std::uint8_t { AfterRequest, AtOnce };
  enum class Then : std::uint8_t { Close, Stay };
  std::string answer;  ///< sent byte for byte
  Then then = Then::Close;
  When when = When::AfterRequest;  ///< after the empty line that ends an HTTP/1 head and HTTP/2's preface
};

/// A server on a thread of its own that knows no protocol and plays one part on every connection.
class ScriptedServer {
 public:
  explicit ScriptedServer(Part part, std::shared_ptr<const net::TlsContext> tls = nullptr);
  ~ScriptedServer();
  std::uint16_t port() const { return port_; }
  /// For connections made from now on.
  void play(Part part);
  /// What arrived on each connection so far, in the order of their making.
  std::vector<std::string> received() const;
  /// The protocol that TLS agreed on, of each connection; "" = none.
  std::vector<std::string> alpn() const;
  /// Connections that the peer has ended.
  std::size_t left() const;

 private:
  friend class ScriptedConnection;
  net::EventLoop loop_;
  std::shared_ptr<const net::TlsContext> tls_;
  std::unique_ptr<net::Acceptor> acceptor_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  Part part_;
  std::vector<std::string> received_, alpn_;
  std::size_t left_ = 0;
  std::thread thread_;
};

/// A server's TLS side with a certificate that nobody trusts.
std::shared_ptr<const net::TlsContext> untrustedTls();

/// "HTTP/1.1 200 OK" with a small body.
std::string http1Answer(int status, const std::string& moreFields = "");

/// HTTP/2 on stream 1: SETTINGS, then these blocks of fields; the last one ends the stream, or not.
using Http2Fields = std::vector<std::pair<std::string, std::string>>;
std::string http2Answer(std::initializer_list<Http2Fields> blocks, http::End end = http::End::Yes);

}  // namespace spillway::test
