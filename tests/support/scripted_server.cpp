// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/scripted_server.h"

#include <stdexcept>

#include "engine/base/byte_queue.h"
#include "engine/net/transport.h"
#include "tests/support/certificate_maker.h"

namespace spillway::test {

class ScriptedConnection final : public net::Retirable, private net::TransportListener {
 public:
  ScriptedConnection(ScriptedServer& server, int fd)
      : server_(server), transport_(net::Transport::accepted(server.loop_, fd, server.tls_)) {
    const std::lock_guard lock(server_.mutex_);
    part_ = server_.part_;
    number_ = server_.received_.size();
    server_.received_.emplace_back();
  }
  void start() { transport_->start(*this); }

 private:
  void onReady() override {
    {
      const std::lock_guard lock(server_.mutex_);
      server_.alpn_.push_back(transport_->tlsFacts().alpn);
    }
    if (part_.when == Part::When::AtOnce) answer();
  }
  void onBytes(const ByteChunk& chunk) override {
    bool isWhole = false;
    {
      const std::lock_guard lock(server_.mutex_);
      std::string& received = server_.received_[number_];
      received.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
      isWhole = received.find("\r\n\r\n") != std::string::npos;
    }
    if (isWhole && !answered_) answer();
  }
  void onDrained() override { write(); }
  void onClosed(const Error&) override {
    {
      const std::lock_guard lock(server_.mutex_);
      ++server_.left_;
    }
    server_.loop_.dismiss(*this);
  }
  void answer() {
    answered_ = true;
    output_.append({reinterpret_cast<const std::uint8_t*>(part_.answer.data()), part_.answer.size()});
    write();
  }
  void write() {
    if (!transport_->write(output_) || part_.then == Part::Then::Stay) return;
    transport_->close(net::Transport::Close::AfterPeer);
    server_.loop_.dismiss(*this);
  }

  ScriptedServer& server_;
  Part part_;
  std::size_t number_ = 0;
  bool answered_ = false;
  ByteQueue output_;
  std::unique_ptr<net::Transport> transport_;
};

ScriptedServer::ScriptedServer(Part part, std::shared_ptr<const net::TlsContext> tls)
    : tls_(std::move(tls)), part_(std::move(part)) {
  auto socket = net::ListeningSocket::bind(*net::SocketAddress::parse("127.0.0.1", 0));
  if (!socket) throw std::runtime_error(socket.error().detail);
  port_ = socket->address().port();
  acceptor_ =
      std::make_unique<net::Acceptor>(loop_, std::move(*socket), [this](int fd, const net::SocketAddress&) {
        auto connection = std::make_unique<ScriptedConnection>(*this, fd);
        ScriptedConnection& raw = *connection;
        loop_.adopt(std::move(connection));
        raw.start();
      });
  thread_ = std::thread([this] { loop_.run(); });
}

ScriptedServer::~ScriptedServer() {
  loop_.stop();
  thread_.join();
}

void ScriptedServer::play(Part part) {
  const std::lock_guard lock(mutex_);
  part_ = std::move(part);
}

std::vector<std::string> ScriptedServer::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

std::vector<std::string> ScriptedServer::alpn() const {
  const std::lock_guard lock(mutex_);
  return alpn_;
}

std::size_t ScriptedServer::left() const {
  const std::lock_guard lock(mutex_);
  return left_;
}

std::shared_ptr<const net::TlsContext> untrustedTls() {
  const auto identity = makeCertificate({});
  return *net::TlsContext::server(identity.certificatePem, identity.privateKeyPem,
                                  net::securityPolicies().front());
}

std::string http1Answer(int status, const std::string& moreFields) {
  return "HTTP/1.1 " + std::to_string(status) + " Words\r\n" + moreFields +
         "Content-Length: 5\r\nConnection: close\r\n\r\nhello";
}

namespace {

std::string http2Frame(char type, char flags, char stream, const std::string& payload) {
  const std::string size{'\0', static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())};
  return size + std::string{type, flags, '\0', '\0', '\0', stream} + payload;
}

}  // namespace

std::string http2Answer(std::initializer_list<Http2Fields> blocks, http::End end) {
  constexpr char kHeaders = 1, kSettings = 4, kEndStream = 1, kEndHeaders = 4;
  std::string bytes = http2Frame(kSettings, 0, 0, "");
  std::size_t left = blocks.size();
  for (const Http2Fields& fields : blocks) {
    std::string block;
    // Literal fields, not indexed, not compressed (RFC 7541 §6.2.2).
    for (const auto& [name, value] : fields) {
      block +=
          std::string{'\0', static_cast<char>(name.size())} + name + static_cast<char>(value.size()) + value;
    }
    const bool ends = --left == 0 && end == http::End::Yes;
    const char flags = ends ? kEndHeaders | kEndStream : kEndHeaders;
    bytes += http2Frame(kHeaders, flags, 1, block);
  }
  return bytes;
}

}  // namespace spillway::test
