// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_client.h"

#include <future>

#include "engine/base/byte_queue.h"

namespace spillway::test {

std::string grpcMessage(const std::string& payload) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  std::string message(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8)
    message += static_cast<char>(size >> shift & 0xff);
  return message + payload;
}

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds patience) {
  const auto limit = SteadyClock::now() + patience;
  while (!holds()) {
    if (SteadyClock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

// ---- TestCall
// --------------------------------------------------------------------------------------------------

void TestCall::note(const std::function<void()>& change) {
  const std::lock_guard lock(mutex_);
  change();
  changed_.notify_all();
}

bool TestCall::wait(const std::function<bool()>& condition) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, condition);
}

void TestCall::send(const std::string& bytes, http::End end) {
  loop_.post([this, bytes, end] {
    if (begun_) return sendNow(bytes, end);
    early_.emplace_back(bytes, end);
  });
}

void TestCall::sendNow(const std::string& bytes, http::End end) {
  if (!stream_) return;
  ByteQueue queue;
  queue.append({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  queue.forEach([&](const ByteChunk& chunk) { stream_->sendData(chunk, http::End::No); });
  if (end == http::End::Yes) stream_->sendData({}, http::End::Yes);
}

void TestCall::begin(http::HttpStream& stream, const http::MessageHead& head, http::End end) {
  begun_ = true;
  stream_ = &stream;
  stream_->sendHead(head, end);
  for (const auto& [bytes, last] : std::exchange(early_, {}))
    sendNow(bytes, last);
}

void TestCall::cancel() {
  loop_.post([this] {
    if (http::HttpStream* stream = std::exchange(stream_, nullptr)) stream->reset(http::ResetCode::Cancel);
  });
}

void TestCall::resumeReading() {
  loop_.post([this] {
    reading_ = Reading::Yes;
    if (stream_) stream_->consume(std::exchange(unread_, 0));
  });
}

bool TestCall::waitForHead() {
  return wait([this] { return head_.has_value() || ended_; });
}
bool TestCall::waitForBytes(std::size_t count) {
  return wait([this, count] { return body_.size() >= count || ended_; }) && body().size() >= count;
}
bool TestCall::waitForEnd() {
  return wait([this] { return ended_; });
}

int TestCall::status() const {
  const std::lock_guard lock(mutex_);
  return head_ ? head_->status : 0;
}
std::string TestCall::body() const {
  const std::lock_guard lock(mutex_);
  return body_;
}
std::string TestCall::field(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  if (head_) {
    if (const auto value = head_->fields.find(name)) return std::string(*value);
  }
  return std::string(trailers_.find(name).value_or(""));
}
std::optional<http::ResetCode> TestCall::resetCode() const {
  const std::lock_guard lock(mutex_);
  return reset_;
}

void TestCall::onHead(http::MessageHead&& head, http::End end) {
  note([&] {
    head_ = std::move(head);
    ended_ = end == http::End::Yes;
  });
}

void TestCall::onData(const ByteChunk& chunk, http::End end) {
  if (reading_ == Reading::Yes) {
    if (stream_) stream_->consume(chunk.size());
  } else {
    unread_ += chunk.size();
  }
  note([&] {
    if (!chunk.empty()) body_.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    ended_ = ended_ || end == http::End::Yes;
  });
}

void TestCall::onTrailers(http::Headers&& trailers) {
  note([&] {
    trailers_ = std::move(trailers);
    ended_ = true;
  });
}

void TestCall::onReset(const http::StreamError& error) {
  stream_ = nullptr;
  note([&] {
    reset_ = error.code;
    ended_ = true;
  });
}

void TestCall::onClosed() {
  stream_ = nullptr;
  note([&] { ended_ = true; });
}

// ---- TestClient
// ------------------------------------------------------------------------------------------------

TestClient::TestClient(const std::string& address, std::shared_ptr<const net::TlsContext> tls)
    : authority_(address) {
  const auto colon = address.rfind(':');
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
  const auto target = *net::SocketAddress::parse(address.substr(0, colon), port);
  auto transport = net::Transport::connecting(loop_, target, std::move(tls), "localhost", {});
  connection_ = std::make_unique<http::Http2Connection>(
      loop_, std::move(transport), http::Http2Connection::Role::Connected, http::Http2Settings{},
      static_cast<http::ConnectionOwner&>(*this));
  connection_->start();
  thread_ = std::thread([this] { loop_.run(); });
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [this] { return ready_ || closed_; });
}

TestClient::~TestClient() {
  std::promise<void> done;
  loop_.post([&] {
    for (auto& call : calls_) {
      if (http::HttpStream* stream = std::exchange(call->stream_, nullptr)) stream->detach();
    }
    if (connection_) connection_->close({ErrorCode::Closed, Side::Client, {}});
    loop_.retire(std::move(connection_));
    done.set_value();
  });
  done.get_future().wait();
  loop_.stop();
  thread_.join();
}

std::shared_ptr<TestCall> TestClient::request(const std::string& method, const std::string& path,
                                              const Fields& fields, http::End end,
                                              TestCall::Reading reading) {
  auto call = std::make_shared<TestCall>(loop_, reading);
  loop_.post([this, call, method, path, fields, end] {
    calls_.push_back(call);
    auto begin = [this, call, method, path, fields, end] {
      http::MessageHead head;
      head.method = method;
      head.scheme = "https";
      head.authority = authority_;
      head.path = path;
      for (const auto& [name, value] : fields)
        head.fields.add(name, value);
      call->begin(connection_->openStream(*call), head, end);
    };
    if (connection_ && connection_->canOpenStream()) {
      begin();
    } else {
      waiting_.push_back(std::move(begin));
    }
  });
  return call;
}

std::shared_ptr<TestCall> TestClient::start(const std::string& path, const Fields& more,
                                            TestCall::Reading reading) {
  Fields fields = more;
  fields.emplace("content-type", "application/grpc");
  fields.emplace("te", "trailers");
  return request("POST", path, fields, http::End::No, reading);
}

std::shared_ptr<TestCall> TestClient::unary(const std::string& path, const std::string& payload) {
  auto call = start(path);
  call->send(grpcMessage(payload), http::End::Yes);
  return call;
}

void TestClient::onReady(http::HttpConnection&) {
  const std::lock_guard lock(mutex_);
  ready_ = true;
  changed_.notify_all();
}

void TestClient::onRoom(http::HttpConnection& connection) {
  while (!waiting_.empty() && connection.canOpenStream()) {
    auto begin = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    begin();
  }
  const std::lock_guard lock(mutex_);
  draining_ = connection.isDraining();
  changed_.notify_all();
}

void TestClient::onConnectionClosed(http::HttpConnection&, const Error& error) {
  loop_.retire(std::move(connection_));
  waiting_.clear();
  for (auto& call : calls_) {
    if (!call->stream_) call->onReset({http::ResetCode::Internal, true, false, error});
  }
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool TestClient::waitForClose() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [this] { return closed_; });
}

bool TestClient::isDraining() const {
  const std::lock_guard lock(mutex_);
  return draining_;
}

}  // namespace spillway::test
