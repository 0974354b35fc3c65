// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_target.h"

#include <future>

#include "engine/base/byte_queue.h"
#include "engine/config/model.h"
#include "tests/support/test_client.h"

namespace spillway::test {

using http::End;
using http::ResetCode;

class TargetStream final : public http::StreamHandler, public net::Retirable {
 public:
  TargetStream(TestTarget& target, http::HttpStream& stream) : target_(target), stream_(&stream) {}

 private:
  void onHead(http::MessageHead&& head, End end) override {
    path_ = head.path;
    if (path_.starts_with("/test/")) {
      const std::lock_guard lock(target_.mutex_);
      target_.requests_.push_back(head);
    }
    if (path_ == "/test/echo" || path_ == "/test/head") return answerHead(end);
    if (path_ == "/test/hold") return;
    if (path_ == "/test/flood") return flood();
    if (path_ == "/test/early") {
      answerHead(End::No);
      finish(0);
      return stream_->reset(ResetCode::NoError);
    }
    if (path_ == "/test/reset") return breakOff(ResetCode::Cancel);
    if (path_ == "/test/refuse") return breakOff(ResetCode::Refused);
    if (path_ == "/test/half") {
      answerHead(End::No);
      send(grpcMessage("half"));
      resetWhenSent_ = true;
      return;
    }
    http::MessageHead unknown = okHead();
    unknown.fields.add("grpc-status", std::to_string(target_.unknownStatus_));
    stream_->sendHead(unknown, End::Yes);
    if (end == End::No) stream_->reset(ResetCode::NoError);
  }

  void onData(const ByteChunk& chunk, End end) override {
    target_.bytesReceived_ += chunk.size();
    if (!stream_) return;
    if (path_ != "/test/hold") stream_->consume(chunk.size());
    if (path_ == "/test/echo") stream_->sendData(chunk, End::No);
    if (end == End::Yes && (path_ == "/test/echo" || path_ == "/test/head")) finish(0);
  }

  void onTrailers(http::Headers&&) override { onData({}, End::Yes); }
  void onSent(std::size_t bytes) override {
    target_.bytesSent_ += bytes;
    if (resetWhenSent_ && stream_) breakOff(ResetCode::Cancel);
  }
  void onReset(const http::StreamError& error) override {
    if (!error.connectionLost) ++target_.cancelled_;
    over();
  }
  void onClosed() override { over(); }

  static http::MessageHead okHead() {
    http::MessageHead head;
    head.status = 200;
    head.fields.add("content-type", "application/grpc");
    return head;
  }
  void answerHead(End requestEnd) {
    stream_->sendHead(okHead(), End::No);
    if (requestEnd == End::Yes) finish(0);
  }
  void send(const std::string& bytes) {
    ByteQueue queue;
    queue.append({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    queue.forEach([&](const ByteChunk& chunk) { stream_->sendData(chunk, End::No); });
  }
  void flood() {
    stream_->sendHead(okHead(), End::No);
    for (int i = 0; i < 8; ++i)
      send(grpcMessage(std::string(1024 * 1024 - 5, 'f')));
    finish(0);
  }
  void finish(int status) {
    http::Headers trailers;
    trailers.add("grpc-status", std::to_string(status));
    stream_->sendTrailers(trailers);
  }
  void breakOff(ResetCode code) {
    stream_->reset(code);
    over();
  }
  void over() {
    stream_ = nullptr;
    target_.loop_.dismiss(*this);
  }

  TestTarget& target_;
  http::HttpStream* stream_;
  std::string path_;
  bool resetWhenSent_ = false;
};

class TargetConnection final : public net::Retirable, private http::ConnectionOwner {
 public:
  TargetConnection(TestTarget& target, int fd)
      : target_(target),
        connection_(target.loop_, net::Transport::accepted(target.loop_, fd, target.tls_),
                    http::Http2Connection::Role::Accepted, http::Http2Settings{}, *this) {
    ++target_.connections_;
    target_.live_.push_back(this);
    connection_.start();
  }
  void close() {
    connection_.close({ErrorCode::Closed, Side::Target, {}});
    over();
  }
  void drain() { connection_.beginDrain(); }

 private:
  http::StreamHandler* onStream(http::HttpStream& stream) override {
    auto handler = std::make_unique<TargetStream>(target_, stream);
    http::StreamHandler* raw = handler.get();
    target_.loop_.adopt(std::move(handler));
    return raw;
  }
  void onReady(http::HttpConnection&) override {}
  void onRoom(http::HttpConnection&) override {}
  void onConnectionClosed(http::HttpConnection&, const Error&) override { over(); }
  void over() {
    --target_.connections_;
    std::erase(target_.live_, this);
    target_.loop_.dismiss(*this);
  }

  TestTarget& target_;
  http::Http2Connection connection_;
};

TestTarget::TestTarget(std::uint16_t port, std::shared_ptr<const net::TlsContext> tls)
    : tls_(std::move(tls)) {
  auto socket = net::ListeningSocket::bind(*net::SocketAddress::parse("127.0.0.1", port));
  if (!socket) throw std::runtime_error(socket.error().detail);
  port_ = socket->address().port();
  acceptor_ =
      std::make_unique<net::Acceptor>(loop_, std::move(*socket), [this](int fd, const net::SocketAddress&) {
        loop_.adopt(std::make_unique<TargetConnection>(*this, fd));
      });
  thread_ = std::thread([this] { loop_.run(); });
}

TestTarget::~TestTarget() {
  kill();
  loop_.stop();
  thread_.join();
}

void TestTarget::onLoop(const std::function<void()>& work) {
  std::promise<void> done;
  loop_.post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void TestTarget::kill() {
  onLoop([this] {
    acceptor_.reset();
    while (!live_.empty())
      live_.back()->close();
  });
}

void TestTarget::drain() {
  onLoop([this] {
    for (auto* connection : live_)
      connection->drain();
  });
}

std::string TestTarget::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

std::vector<http::MessageHead> TestTarget::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

}  // namespace spillway::test
