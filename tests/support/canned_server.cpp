// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/canned_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

namespace spillway::test {
namespace {

/// Reads to the empty line that ends a request without a body.
void readHead(int fd) {
  std::string head;
  char piece[1024];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const auto size = ::read(fd, piece, sizeof piece);
    if (size <= 0) return;
    head.append(piece, static_cast<std::size_t>(size));
  }
}

void writeAll(int fd, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const auto size = ::send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

}  // namespace

CannedServer::CannedServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener_, 64);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

CannedServer::~CannedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void CannedServer::answerWith(const std::string& status, const std::string& body) {
  const std::lock_guard lock(mutex_);
  status_ = status;
  body_ = body;
}

void CannedServer::serve() {
  std::vector<int> silent;
  for (int fd = 0; (fd = ::accept(listener_, nullptr, nullptr)) >= 0;) {
    readHead(fd);
    ++requests_;
    const std::lock_guard lock(mutex_);
    if (status_.empty()) {
      silent.push_back(fd);
      continue;
    }
    writeAll(fd, "HTTP/1.1 " + status_ + "\r\nContent-Length: " + std::to_string(body_.size()) +
                     "\r\nConnection: close\r\n\r\n" + body_);
    ::close(fd);
  }
  for (const int fd : silent)
    ::close(fd);
}

}  // namespace spillway::test
