// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "engine/pki/local_ca.h"

struct ssl_ctx_st;

namespace spillway::test {

/// An HTTP/1.1 server that gives every request the same answer, on a free port of 127.0.0.1, one after the
/// other.
class CannedServer {
 public:
  /// `identity`: speaks TLS with this certificate; null: plain.
  explicit CannedServer(const pki::IssuedCertificate* identity = nullptr);
  ~CannedServer();
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  /// From now on. `status`: "200 OK"; "" = no answer at all, the connection stays open.
  void answerWith(const std::string& status, const std::string& body);
  std::string url() const {
    return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_) + "/jwks.json";
  }
  int requests() const { return requests_; }

 private:
  void serve();
  void serveOverTls(int fd);
  std::string answer();

  std::shared_ptr<ssl_ctx_st> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_ = 0;
  std::mutex mutex_;
  std::string status_ = "200 OK", body_;
  std::thread thread_;
};

}  // namespace spillway::test
