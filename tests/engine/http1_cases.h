// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <functional>

#include "engine/http/http1_connection.h"
#include "engine/net/transport.h"

/// HTTP/1 connections in both roles on socket pairs, with recorders at their ends.
namespace spillway::http {
inline namespace http1_cases {

inline constexpr auto kPatience = std::chrono::seconds(20);

inline ByteQueue bytesOf(std::string_view text) {
  ByteQueue bytes;
  bytes.append({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return bytes;
}

/// One end of an exchange: keeps what comes, and answers by itself if told how.
struct Recorder : StreamHandler {
  void onHead(MessageHead&& h, End end) override {
    if (h.status != 0 && h.status < 200 && h.status != 101) {
      interim.push_back(h.status);
      return;
    }
    head = std::move(h);
    ended = end == End::Yes;
    if (whenHead) whenHead();
    if (ended && whenEnded) whenEnded();
  }
  void onData(const ByteChunk& chunk, End end) override {
    body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    if (consumes && stream) stream->consume(chunk.size());
    if (whenData) whenData(chunk);
    ended = ended || end == End::Yes;
    if (end == End::Yes && whenEnded) whenEnded();
  }
  void onTrailers(Headers&& t) override {
    trailers = std::move(t);
    ended = true;
    if (whenEnded) whenEnded();
  }
  void onSent(std::size_t bytes) override { sent += bytes; }
  void onReset(const StreamError& e) override { error = e; }
  void onClosed() override {
    closed = true;
    if (whenClosed) whenClosed();
  }

  void send(std::string_view text, End end) {
    bytesOf(text).forEach([&](const ByteChunk& chunk) { stream->sendData(chunk, End::No); });
    if (end == End::Yes) stream->sendData({}, End::Yes);
  }
  void respond(int status, std::string_view text = {}, const char* withLength = nullptr) {
    MessageHead answer;
    answer.status = status;
    if (withLength) answer.fields.add("content-length", withLength);
    stream->sendHead(answer, text.empty() ? End::Yes : End::No);
    if (!text.empty()) send(text, End::Yes);
  }
  bool isOver() const { return closed || error; }

  HttpStream* stream = nullptr;
  MessageHead head;
  std::string body;
  std::optional<Headers> trailers;
  std::optional<StreamError> error;
  std::vector<int> interim;
  std::size_t sent = 0;
  bool ended = false, closed = false, consumes = true;
  std::function<void()> whenHead, whenEnded, whenClosed;
  std::function<void(const ByteChunk&)> whenData;
};

/// Owns the connection of either role.
struct Owner : Http1Owner {
  StreamHandler* onStream(HttpStream& stream) override {
    auto& recorder = streams.emplace_back();
    recorder.stream = &stream;
    if (whenStream) whenStream(recorder);
    return &recorder;
  }
  void onReady(HttpConnection&) override { ready = true; }
  void onRoom(HttpConnection&) override { ++rooms; }
  void onConnectionClosed(HttpConnection&, const Error& e) override { closed = e; }
  void onBadRequest(Http1Connection& which, const Http1Refusal& r) override {
    refusal = r;
    MessageHead answer;
    answer.status = 400;
    which.answer(answer, "bad");
  }

  std::unique_ptr<Http1Connection> connection;
  std::deque<Recorder> streams;
  std::function<void(Recorder&)> whenStream;
  std::optional<Error> closed;
  std::optional<Http1Refusal> refusal;
  bool ready = false;
  int rooms = 0;
};

/// The far end of a connection as plain bytes.
struct RawPeer : net::TransportListener {
  void onReady() override {}
  void onBytes(const ByteChunk& chunk) override {
    text.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    if (whenBytes) whenBytes();
  }
  void onDrained() override { transport->write(unsent); }
  bool onPeerEnd() override { return ended = true; }
  void onClosed(const Error&) override { ended = true; }
  void write(std::string_view bytes) {
    unsent.append({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    transport->write(unsent);
  }

  std::unique_ptr<net::Transport> transport;
  ByteQueue unsent;
  std::string text;
  bool ended = false;
  std::function<void()> whenBytes;
};

class Http1ConnectionTest : public testing::Test {
 protected:
  std::pair<std::unique_ptr<net::Transport>, std::unique_ptr<net::Transport>> pair() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    return {net::Transport::accepted(loop_, fds[0], nullptr),
            net::Transport::accepted(loop_, fds[1], nullptr)};
  }

  /// Runs the loop until this holds; false when it never does.
  bool runUntil(const std::function<bool()>& holds) {
    const auto giveUp = SteadyClock::now() + kPatience;
    while (!holds() && SteadyClock::now() < giveUp) {
      const auto waker = loop_.after(std::chrono::milliseconds(1), [] {});
      loop_.runTurn();
    }
    return holds();
  }

  /// Time for what should not happen.
  void runTurns(int count) {
    for (int i = 0; i < count; ++i) {
      const auto waker = loop_.after(std::chrono::milliseconds(1), [] {});
      loop_.runTurn();
    }
  }

  void acceptRaw() {
    auto [near, far] = pair();
    client_.connection = Http1Connection::accepted(loop_, std::move(near), settings_, client_);
    client_.connection->start();
    peer_.transport = std::move(far);
    peer_.transport->start(peer_);
  }

  void connectRaw() {
    auto [near, far] = pair();
    target_.connection = Http1Connection::connected(loop_, std::move(near), settings_, target_);
    target_.connection->start();
    peer_.transport = std::move(far);
    peer_.transport->start(peer_);
  }

  /// Both roles against each other.
  void join() {
    auto [near, far] = pair();
    client_.connection = Http1Connection::accepted(loop_, std::move(near), settings_, client_);
    target_.connection = Http1Connection::connected(loop_, std::move(far), settings_, target_);
    client_.connection->start();
    target_.connection->start();
  }

  Recorder& request(const char* method, End end, const char* length = nullptr) {
    auto& recorder = asked_.emplace_back();
    recorder.stream = &target_.connection->openStream(recorder);
    MessageHead head;
    head.method = method;
    head.authority = "example.com";
    head.path = "/x";
    if (length) head.fields.add("content-length", length);
    recorder.stream->sendHead(head, end);
    return recorder;
  }

  static void answerOk(Recorder& r) {
    r.whenEnded = [&r] { r.respond(200, "ok", "2"); };
  }

  net::EventLoop loop_;
  Http1Settings settings_;
  Owner client_, target_;
  RawPeer peer_;
  std::deque<Recorder> asked_;
};

inline constexpr const char* kGet = "GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n";

}  // namespace http1_cases
}  // namespace spillway::http
