// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/http/http2_connection.h"
#include "engine/net/event_loop.h"
#include "engine/net/tls_context.h"

namespace spillway::test {

/// How long a test waits for what must come.
inline constexpr auto kPatience = std::chrono::seconds(20);

/// A gRPC message with its five-byte prefix.
std::string grpcMessage(const std::string& payload);

/// Waits until the predicate holds, looking again every few milliseconds; false when it never does. For
/// conditions that nobody signals; anything with a signal is awaited by it.
bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds patience = kPatience);

/// One call of a TestClient, as far as it has come. Any thread.
class TestCall : public http::StreamHandler {
 public:
  /// Whether received bytes are acknowledged: No is a reader that has stopped reading.
  enum class Reading : bool { No, Yes };
  TestCall(net::EventLoop& loop, Reading reading) : loop_(loop), reading_(reading) {}

  void send(const std::string& bytes, http::End end);
  void finishSending() { send({}, http::End::Yes); }
  void cancel();
  void resumeReading();

  /// Each waits and says whether it came in time.
  bool waitForHead();
  bool waitForBytes(std::size_t count);
  bool waitForEnd();  ///< trailers, END_STREAM or a reset

  int status() const;
  std::string body() const;
  std::string field(const std::string& name) const;  ///< of the head, then of the trailers; "" when absent
  std::optional<http::ResetCode> resetCode() const;

 private:
  friend class TestClient;
  void onHead(http::MessageHead&& head, http::End end) override;
  void onData(const ByteChunk& chunk, http::End end) override;
  void onTrailers(http::Headers&& trailers) override;
  void onSent(std::size_t) override {}
  void onReset(const http::StreamError& error) override;
  void onClosed() override;
  void begin(http::HttpStream& stream, const http::MessageHead& head, http::End end);
  void sendNow(const std::string& bytes, http::End end);
  void note(const std::function<void()>& change);
  bool wait(const std::function<bool()>& condition);

  net::EventLoop& loop_;
  Reading reading_;
  http::HttpStream* stream_ = nullptr;                    ///< loop thread
  std::size_t unread_ = 0;                                ///< loop thread
  bool begun_ = false;                                    ///< loop thread
  std::vector<std::pair<std::string, http::End>> early_;  ///< sent before the stream could begin; loop thread
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<http::MessageHead> head_;
  std::string body_;
  http::Headers trailers_;
  std::optional<http::ResetCode> reset_;
  bool ended_ = false;
};

/// An HTTP/2 client on one connection, on a thread of its own.
class TestClient : private http::ConnectionOwner {
 public:
  /// `address` is "127.0.0.1:port"; with TLS when a context is given. Waits until it is connected, or
  /// refused.
  explicit TestClient(const std::string& address, std::shared_ptr<const net::TlsContext> tls = nullptr);
  ~TestClient() override;

  using Fields = std::map<std::string, std::string>;
  /// Begins a gRPC call; the request stays open.
  std::shared_ptr<TestCall> start(const std::string& path, const Fields& more = {},
                                  TestCall::Reading reading = TestCall::Reading::Yes);
  /// Begins a request with any method; `end` ends it with its head.
  std::shared_ptr<TestCall> request(const std::string& method, const std::string& path, const Fields& fields,
                                    http::End end, TestCall::Reading reading = TestCall::Reading::Yes);
  /// A whole unary gRPC call.
  std::shared_ptr<TestCall> unary(const std::string& path, const std::string& payload);
  bool waitForClose();
  bool isDraining() const;

 private:
  http::StreamHandler* onStream(http::HttpStream&) override { return nullptr; }
  void onReady(http::HttpConnection&) override;
  void onRoom(http::HttpConnection&) override;
  void onConnectionClosed(http::HttpConnection&, const Error& error) override;

  net::EventLoop loop_;
  std::string authority_;
  std::unique_ptr<http::Http2Connection> connection_;
  std::vector<std::shared_ptr<TestCall>> calls_;  ///< kept until the client ends
  std::vector<std::function<void()>> waiting_;    ///< until the connection is ready
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false, draining_ = false, ready_ = false;
  std::thread thread_;
};

}  // namespace spillway::test
