// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/canned_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <vector>

#include "engine/pki/openssl_pointers.h"

namespace spillway::test {
namespace {

/// Reads to the empty line that ends a request without a body; false when the peer leaves before.
template <class Read>
bool readHead(Read&& read) {
  std::string head;
  char piece[1024];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const long size = read(piece, sizeof piece);
    if (size <= 0) return false;
    head.append(piece, static_cast<std::size_t>(size));
  }
  return true;
}

void writeAll(int fd, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const auto size = ::send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

std::shared_ptr<SSL_CTX> serverContext(const pki::IssuedCertificate& identity) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  SSL_CTX_use_certificate(context.get(),
                          pki::parseCertificates(identity.certificatePem, "").value()[0].get());
  SSL_CTX_use_PrivateKey(context.get(), pki::parsePrivateKey(identity.privateKeyPem, "").value().get());
  return context;
}

}  // namespace

CannedServer::CannedServer(const pki::IssuedCertificate* identity)
    : tls_(identity ? serverContext(*identity) : nullptr),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (tls_) std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
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

std::string CannedServer::answer() {
  const std::lock_guard lock(mutex_);
  if (status_.empty()) return {};
  return "HTTP/1.1 " + status_ + "\r\nContent-Length: " + std::to_string(body_.size()) +
         "\r\nConnection: close\r\n\r\n" + body_;
}

void CannedServer::serveOverTls(int fd) {
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(tls_.get()), &SSL_free);
  SSL_set_fd(tls.get(), fd);
  const auto read = [&](char* to, int size) { return SSL_read(tls.get(), to, size); };
  if (SSL_accept(tls.get()) != 1 || !readHead(read)) return;
  ++requests_;
  const std::string text = answer();
  SSL_write(tls.get(), text.data(), static_cast<int>(text.size()));
  SSL_shutdown(tls.get());
}

void CannedServer::serve() {
  std::vector<int> silent;
  for (int fd = 0; (fd = ::accept(listener_, nullptr, nullptr)) >= 0;) {
    if (tls_) {
      serveOverTls(fd);
    } else if (readHead([&](char* to, std::size_t size) { return ::read(fd, to, size); })) {
      ++requests_;
      const std::string text = answer();
      if (text.empty()) {
        silent.push_back(fd);
        continue;
      }
      writeAll(fd, text);
    }
    ::close(fd);
  }
  for (const int fd : silent)
    ::close(fd);
}

}  // namespace spillway::test
