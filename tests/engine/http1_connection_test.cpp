// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP/1 connections in both roles, on socket pairs.
#include "engine/http/http1_connection.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <functional>

#include "engine/net/transport.h"

namespace spillway::http {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

ByteQueue bytesOf(std::string_view text) {
  ByteQueue bytes;
  bytes.append({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return bytes;
}

/// One end of an exchange: keeps what comes, and answers by itself if told how.
struct Recorder : StreamHandler {
  void onHead(MessageHead h, End end) override {
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
  void onTrailers(Headers t) override {
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

constexpr const char* kGet = "GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n";

// ---- The client's side
// --------------------------------------------------------------------------------------------

TEST_F(Http1ConnectionTest, AnswersAndStaysOpen) {
  client_.whenStream = answerOk;
  acceptRaw();
  peer_.write(kGet);
  ASSERT_TRUE(runUntil([&] { return peer_.text.ends_with("ok"); }));
  EXPECT_EQ(peer_.text, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nConnection: keep-alive\r\n\r\nok");
  Recorder& first = client_.streams.front();
  EXPECT_TRUE(first.closed);
  EXPECT_EQ(first.head.method, "GET");
  EXPECT_EQ(first.head.authority, "example.com");
  EXPECT_EQ(first.head.scheme, "http");
  EXPECT_EQ(first.head.version, Version::Http11);
  peer_.write(kGet);
  ASSERT_TRUE(runUntil([&] { return client_.streams.size() == 2 && client_.streams.back().closed; }));
  EXPECT_FALSE(client_.closed);
}

TEST_F(Http1ConnectionTest, CountsBytesOnTheWire) {
  std::uint64_t received = 0, sent = 0;
  client_.whenStream = [&](Recorder& r) {
    r.whenEnded = [raw = &r] { raw->respond(200, "ok", "2"); };
    r.whenClosed = [&, raw = &r] {
      received = raw->stream->receivedBytes();
      sent = raw->stream->sentBytes();
    };
  };
  acceptRaw();
  const std::string text =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  peer_.write(text);
  ASSERT_TRUE(runUntil([&] { return peer_.text.ends_with("ok"); }));
  EXPECT_EQ(received, text.size());
  EXPECT_EQ(sent, peer_.text.size());
}

TEST_F(Http1ConnectionTest, HonoursConnectionClose) {
  client_.whenStream = answerOk;
  acceptRaw();
  peer_.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return peer_.ended; }));
  EXPECT_NE(peer_.text.find("Connection: close\r\n\r\nok"), std::string::npos);
  EXPECT_TRUE(client_.streams.front().closed);
  EXPECT_TRUE(client_.closed);
}

TEST_F(Http1ConnectionTest, PipelinedRequestsAreAnsweredInOrder) {
  constexpr int kCount = 50;
  client_.whenStream = [&](Recorder& r) {
    // Never two at once; the answer comes a turn later.
    EXPECT_EQ(client_.connection->activeStreams(), 1u);
    r.whenEnded = [this, raw = &r] { loop_.post([raw] { raw->respond(200, raw->head.path); }); };
  };
  acceptRaw();
  std::string all, expected;
  for (int i = 0; i < kCount; ++i) {
    const std::string path = "/" + std::to_string(i);
    all += "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    expected += "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nConnection: keep-alive\r\n\r\n" +
                std::to_string(path.size()) + "\r\n" + path + "\r\n0\r\n\r\n";
  }
  peer_.write(all);
  ASSERT_TRUE(runUntil([&] { return peer_.text.size() >= expected.size(); }));
  EXPECT_EQ(peer_.text, expected);
}

TEST_F(Http1ConnectionTest, RequestsSentAheadWaitInBoundedMemory) {
  acceptRaw();
  peer_.write(kGet);
  ASSERT_TRUE(runUntil([&] { return client_.streams.size() == 1; }));
  std::string flood;
  while (flood.size() < 8 * 1024 * 1024)
    flood += kGet;
  peer_.write(flood);
  runTurns(100);
  // What is not with us is with the kernel (some 200 KiB) or still at the client.
  EXPECT_GT(peer_.unsent.size(), flood.size() - 1024 * 1024);
  EXPECT_EQ(client_.streams.size(), 1u);
}

TEST_F(Http1ConnectionTest, ContinueIsAnsweredAtOnce) {
  client_.whenStream = answerOk;
  acceptRaw();
  peer_.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return peer_.text == "HTTP/1.1 100 Continue\r\n\r\n"; }));
  EXPECT_FALSE(client_.streams.front().head.fields.find("expect"));
  peer_.write("abc");
  ASSERT_TRUE(runUntil([&] { return peer_.text.ends_with("ok"); }));
  EXPECT_EQ(client_.streams.front().body, "abc");
}

TEST_F(Http1ConnectionTest, ChunksAndTrailersOfRequests) {
  client_.whenStream = answerOk;
  acceptRaw();
  peer_.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  peer_.write("0\r\nX-Sum: 7\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return peer_.text.ends_with("ok"); }));
  const Recorder& r = client_.streams.front();
  EXPECT_EQ(r.body, "hello");
  ASSERT_TRUE(r.trailers);
  EXPECT_EQ(r.trailers->find("x-sum"), "7");
  EXPECT_EQ(r.trailers->count(), 1u);
}

TEST_F(Http1ConnectionTest, FoldedTrailersAreRefused) {
  acceptRaw();
  peer_.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return peer_.ended; }));
  EXPECT_TRUE(client_.streams.front().error);
}

TEST_F(Http1ConnectionTest, HeadAndStatusesWithoutContent) {
  client_.whenStream = [](Recorder& r) {
    r.whenEnded = [&r] {
      if (r.head.path == "/204") return r.respond(204);
      if (r.head.path == "/304") return r.respond(304, {}, "7");
      r.respond(200, "content", "7");
    };
  };
  acceptRaw();
  for (const char* line : {"HEAD /", "GET /204", "GET /304"})
    peer_.write(std::string(line) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string expected =
      "HTTP/1.1 200 OK\r\ncontent-length: 7\r\nConnection: keep-alive\r\n\r\n"
      "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n"
      "HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\nConnection: keep-alive\r\n\r\n";
  ASSERT_TRUE(runUntil([&] { return peer_.text.size() >= expected.size(); }));
  EXPECT_EQ(peer_.text, expected);
}

TEST_F(Http1ConnectionTest, ToAnOldClientTheEndIsTheConnections) {
  client_.whenStream = [](Recorder& r) {
    r.whenEnded = [&r] {
      MessageHead early;
      early.status = 103;
      r.stream->sendHead(early, End::No);
      r.respond(200, "hello");
    };
  };
  acceptRaw();
  peer_.write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return peer_.ended; }));
  EXPECT_EQ(peer_.text, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello");
}

TEST_F(Http1ConnectionTest, AnOldClientMayStay) {
  client_.whenStream = answerOk;
  acceptRaw();
  peer_.write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return peer_.ended; }));
  EXPECT_EQ(client_.streams.size(), 2u);
}

TEST_F(Http1ConnectionTest, RefusalsAreToldAndAnswered) {
  acceptRaw();
  peer_.write(
      "POST /p HTTP/1.1\r\nHost: a\r\nUser-Agent: curl\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx");
  ASSERT_TRUE(runUntil([&] { return peer_.ended; }));
  EXPECT_EQ(peer_.text, "HTTP/1.1 400 Bad Request\r\ncontent-length: 3\r\nConnection: close\r\n\r\nbad");
  ASSERT_TRUE(client_.refusal);
  EXPECT_EQ(client_.refusal->compliance, Compliance::Severe);
  EXPECT_EQ(client_.refusal->complianceReason, ComplianceReason::MultipleContentLength);
  EXPECT_EQ(client_.refusal->method, "POST");
  EXPECT_EQ(client_.refusal->target, "/p");
  EXPECT_EQ(client_.refusal->host, "a");
  EXPECT_EQ(client_.refusal->userAgent, "curl");
  EXPECT_TRUE(client_.streams.empty());
  EXPECT_TRUE(client_.closed);
}

TEST_F(Http1ConnectionTest, AmbiguousRequestsEndTheirConnection) {
  client_.whenStream = answerOk;
  acceptRaw();
  peer_.write(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET "
      "/evil "
      "HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return peer_.ended; }));
  ASSERT_EQ(client_.streams.size(), 1u);
  EXPECT_TRUE(client_.streams.front().head.closeAfter);
  EXPECT_EQ(client_.streams.front().head.complianceReason, ComplianceReason::BothTeClPresent);
  EXPECT_FALSE(client_.streams.front().head.fields.find("content-length"));
}

TEST_F(Http1ConnectionTest, LimitsCutHeadsShort) {
  acceptRaw();
  peer_.write("GET /" + std::string(20'000, 'a'));
  ASSERT_TRUE(runUntil([&] { return peer_.ended; }));
  EXPECT_EQ(client_.refusal->kind, RefusalKind::UriTooLong);
}

TEST_F(Http1ConnectionTest, TooManyFieldsTellWhoseTheyWere) {
  acceptRaw();
  std::string head = "GET /a HTTP/1.1\r\nHost: example.com\r\n";
  for (int i = 0; i < 300; ++i)
    head += "X: y\r\n";
  peer_.write(head);
  ASSERT_TRUE(runUntil([&] { return peer_.ended; }));
  EXPECT_EQ(client_.refusal->kind, RefusalKind::LimitExceeded);
  EXPECT_EQ(client_.refusal->target, "/a");
  EXPECT_EQ(client_.refusal->host, "example.com");
}

TEST_F(Http1ConnectionTest, SlowHeadsAreTimed) {
  acceptRaw();
  EXPECT_EQ(client_.connection->headSince(), TimePoint{});
  peer_.write("GET / HT");
  ASSERT_TRUE(runUntil([&] { return client_.connection->headSince() != TimePoint{}; }));
  peer_.write("TP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return !client_.streams.empty(); }));
  EXPECT_EQ(client_.connection->headSince(), TimePoint{});
}

TEST_F(Http1ConnectionTest, BadChunksBeforeTheAnswerAreAnswered) {
  acceptRaw();
  peer_.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n");
  ASSERT_TRUE(runUntil([&] { return peer_.ended; }));
  EXPECT_TRUE(peer_.text.starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(client_.refusal->wasStream);
  ASSERT_TRUE(client_.streams.front().error);
  EXPECT_EQ(client_.streams.front().error->error.code, ErrorCode::Protocol);
  EXPECT_EQ(client_.streams.front().error->error.side, Side::Client);
}

TEST_F(Http1ConnectionTest, AClientThatLeavesIsNoticedWhileItWaits) {
  acceptRaw();
  peer_.write(kGet);
  ASSERT_TRUE(runUntil([&] { return client_.streams.size() == 1; }));
  peer_.transport->close(net::Transport::Close::Now);
  ASSERT_TRUE(runUntil([&] { return client_.closed.has_value(); }));
  ASSERT_TRUE(client_.streams.front().error);
  EXPECT_TRUE(client_.streams.front().error->connectionLost);
}

TEST_F(Http1ConnectionTest, AnEarlyAnswerEndsTheConnectionInOrder) {
  client_.whenStream = [](Recorder& r) {
    r.whenHead = [&r] {
      r.respond(413, "no", "2");
      r.stream->reset(ResetCode::NoError);
    };
  };
  acceptRaw();
  peer_.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc");
  ASSERT_TRUE(runUntil([&] { return peer_.ended; }));
  EXPECT_TRUE(peer_.text.ends_with("no"));
  EXPECT_TRUE(client_.streams.front().closed);
}

TEST_F(Http1ConnectionTest, ABodyShorterThanItsLengthBreaksTheConnection) {
  client_.whenStream = [](Recorder& r) { r.whenEnded = [&r] { r.respond(200, "abc", "10"); }; };
  acceptRaw();
  peer_.write(kGet);
  ASSERT_TRUE(runUntil([&] { return client_.closed.has_value(); }));
  EXPECT_TRUE(client_.streams.front().error);
}

TEST_F(Http1ConnectionTest, DrainEndsAfterTheRunningAnswer) {
  acceptRaw();
  peer_.write(kGet);
  ASSERT_TRUE(runUntil([&] { return client_.streams.size() == 1; }));
  client_.connection->beginDrain();
  client_.streams.front().respond(200, "ok", "2");
  ASSERT_TRUE(runUntil([&] { return peer_.ended; }));
  EXPECT_NE(peer_.text.find("Connection: close\r\n\r\nok"), std::string::npos);
}

TEST_F(Http1ConnectionTest, DrainEndsAnIdleConnection) {
  acceptRaw();
  client_.connection->beginDrain();
  ASSERT_TRUE(runUntil([&] { return peer_.ended && client_.closed; }));
}

// ---- The target's side
// --------------------------------------------------------------------------------------------

TEST_F(Http1ConnectionTest, OneRequestAtATimeOnAKeptConnection) {
  connectRaw();
  ASSERT_TRUE(runUntil([&] { return target_.connection->canOpenStream(); }));
  Recorder& first = request("GET", End::Yes);
  EXPECT_FALSE(target_.connection->canOpenStream());
  ASSERT_TRUE(runUntil([&] { return peer_.text.ends_with("\r\n\r\n"); }));
  EXPECT_EQ(peer_.text, "GET /x HTTP/1.1\r\nHost: example.com\r\nConnection: keep-alive\r\n\r\n");
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok");
  ASSERT_TRUE(runUntil([&] { return first.isOver(); }));
  EXPECT_TRUE(first.closed);
  EXPECT_EQ(first.body, "ok");
  EXPECT_EQ(first.head.fields.find("x-a"), "b");
  EXPECT_EQ(target_.rooms, 1);
  EXPECT_TRUE(target_.connection->canOpenStream());
}

TEST_F(Http1ConnectionTest, AnswersUntilTheConnectionsEnd) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.write("HTTP/1.0 200 OK\r\n\r\nhello");
  ASSERT_TRUE(runUntil([&] { return r.body == "hello" && !peer_.text.empty(); }));
  EXPECT_FALSE(r.ended);
  peer_.transport->close(net::Transport::Close::Now);
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  EXPECT_TRUE(r.ended && r.closed);
  EXPECT_TRUE(target_.closed);
}

TEST_F(Http1ConnectionTest, InterimAnswersPass) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.write(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 No "
      "Content\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  EXPECT_EQ(r.interim, std::vector<int>{103});
  EXPECT_EQ(r.head.status, 204);
  EXPECT_TRUE(r.closed);
}

TEST_F(Http1ConnectionTest, AnswersToHeadHaveNoBody) {
  connectRaw();
  Recorder& r = request("HEAD", End::Yes);
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  EXPECT_TRUE(r.closed);
  EXPECT_EQ(r.head.fields.find("content-length"), "200");
}

TEST_F(Http1ConnectionTest, AShortBodyIsTold) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  ASSERT_TRUE(runUntil([&] { return r.body == "hello" && !peer_.text.empty(); }));
  peer_.transport->close(net::Transport::Close::Now);
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  ASSERT_TRUE(r.error);
  EXPECT_TRUE(r.error->connectionLost);
  EXPECT_EQ(r.error->error.code, ErrorCode::Protocol);
  EXPECT_NE(r.error->error.detail.find("5 bytes before its Content-Length"), std::string::npos);
}

TEST_F(Http1ConnectionTest, GarbageIsTold) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.write("SSH-2.0-OpenSSH\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  ASSERT_TRUE(r.error);
  EXPECT_EQ(r.error->error.code, ErrorCode::Protocol);
  EXPECT_EQ(r.error->error.side, Side::Target);
}

TEST_F(Http1ConnectionTest, AReusedConnectionThatDiesSilentlyIsToldApart) {
  connectRaw();
  Recorder& first = request("GET", End::Yes);
  peer_.write("HTTP/1.1 204 No Content\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return first.isOver(); }));
  Recorder& second = request("GET", End::Yes);
  peer_.transport->close(net::Transport::Close::Now);
  ASSERT_TRUE(runUntil([&] { return second.isOver(); }));
  ASSERT_TRUE(second.error);
  EXPECT_TRUE(second.error->reusedAndSilent);
  EXPECT_FALSE(second.error->unprocessed);
}

TEST_F(Http1ConnectionTest, AFreshConnectionThatDiesIsNotReused) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.transport->close(net::Transport::Close::Now);
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  ASSERT_TRUE(r.error);
  EXPECT_FALSE(r.error->reusedAndSilent);
}

TEST_F(Http1ConnectionTest, AnswersNobodyAskedForEndTheConnection) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.write("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return target_.closed.has_value(); }));
  EXPECT_TRUE(r.closed);
  EXPECT_EQ(r.head.status, 204);
}

TEST_F(Http1ConnectionTest, ATargetThatSpeaksUnaskedIsLeft) {
  connectRaw();
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return target_.closed.has_value(); }));
  EXPECT_EQ(target_.closed->code, ErrorCode::Protocol);
}

TEST_F(Http1ConnectionTest, ABrokenOffExchangeEndsItsConnection) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  ASSERT_TRUE(runUntil([&] { return r.body == "hello"; }));
  r.stream->reset(ResetCode::Cancel);
  EXPECT_FALSE(target_.connection->canOpenStream());
  ASSERT_TRUE(runUntil([&] { return target_.closed.has_value(); }));
  EXPECT_FALSE(r.isOver());
}

TEST_F(Http1ConnectionTest, CloseResetsTheStreamAndTellsNobodyElse) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  target_.connection->close({ErrorCode::Drained, Side::Balancer, "over"});
  ASSERT_TRUE(r.error);
  EXPECT_EQ(r.error->error.code, ErrorCode::Drained);
  EXPECT_FALSE(target_.closed);
}

TEST_F(Http1ConnectionTest, BytesMayComeOneByOne) {
  client_.whenStream = answerOk;
  acceptRaw();
  const std::string text =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n" +
      std::string(kGet);
  for (const char c : text) {
    peer_.write({&c, 1});
    runTurns(1);
  }
  ASSERT_TRUE(runUntil([&] { return client_.streams.size() == 2 && client_.streams.back().closed; }));
  EXPECT_EQ(client_.streams.front().body, "hello");
  EXPECT_EQ(client_.streams.front().trailers->find("x"), "y");
}

TEST_F(Http1ConnectionTest, ARequestThatHttp1CannotSayIsNotSent) {
  connectRaw();
  auto& r = asked_.emplace_back();
  r.stream = &target_.connection->openStream(r);
  MessageHead head;
  head.method = "GET";
  head.authority = "a";
  head.path = "/";
  head.fields.add("x", "a\r\nHost: b");
  r.stream->sendHead(head, End::Yes);
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  EXPECT_EQ(r.error->error.side, Side::Client);
  EXPECT_EQ(peer_.text, "");
}

// ---- Both, against each other
// -------------------------------------------------------------------------------------

struct BodyCase {
  std::size_t size;
  bool knowsLength;
  bool hasTrailers;
};

class Http1Bodies : public Http1ConnectionTest, public testing::WithParamInterface<BodyCase> {};

TEST_P(Http1Bodies, ArriveWholeBothWays) {
  const auto [size, knowsLength, hasTrailers] = GetParam();
  const std::string content(size, 'x');
  const std::string length = std::to_string(size);
  client_.whenStream = [&](Recorder& r) {
    r.whenEnded = [&, raw = &r] {
      MessageHead head;
      head.status = 200;
      if (knowsLength) head.fields.add("content-length", length);
      raw->stream->sendHead(head, End::No);
      raw->send(raw->body, hasTrailers ? End::No : End::Yes);
      if (hasTrailers) raw->stream->sendTrailers(*raw->trailers);
    };
  };
  join();
  for (int round = 0; round < 2; ++round) {
    Recorder& r = request("POST", End::No, knowsLength ? length.c_str() : nullptr);
    r.send(content, hasTrailers ? End::No : End::Yes);
    Headers trailers;
    trailers.add("x-sum", "7");
    if (hasTrailers) r.stream->sendTrailers(trailers);
    ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
    EXPECT_TRUE(r.closed) << r.error->error.detail;
    EXPECT_TRUE(r.body == content);
    EXPECT_EQ(r.sent, size);
    EXPECT_EQ(r.trailers.has_value(), hasTrailers);
    if (hasTrailers) {
      EXPECT_EQ(r.trailers->find("x-sum"), "7");
    }
  }
  EXPECT_TRUE(target_.connection->canOpenStream());
}

INSTANTIATE_TEST_SUITE_P(All, Http1Bodies,
                         testing::Values(BodyCase{0, true, false}, BodyCase{0, false, false},
                                         BodyCase{1, true, false}, BodyCase{1, false, false},
                                         BodyCase{65536, true, false}, BodyCase{65536, false, true},
                                         BodyCase{10 * 1024 * 1024, true, false},
                                         BodyCase{10 * 1024 * 1024, false, true}));

TEST_F(Http1ConnectionTest, AReaderThatDoesNotConsumeStopsTheSender) {
  client_.whenStream = [](Recorder& r) { r.consumes = false; };
  join();
  const std::string content(8 * 1024 * 1024, 'x');
  Recorder& r = request("POST", End::No);
  r.send(content, End::Yes);
  ASSERT_TRUE(
      runUntil([&] { return !client_.streams.empty() && client_.streams.front().body.size() >= 65536; }));
  runTurns(100);
  Recorder& reader = client_.streams.front();
  EXPECT_LE(reader.body.size(), 65536u + 16384u);
  EXPECT_LE(r.sent, 1024u * 1024u);  // kernel buffers and our own output
  reader.consumes = true;
  reader.stream->consume(reader.body.size());
  ASSERT_TRUE(runUntil([&] { return reader.ended; }));
  EXPECT_EQ(reader.body.size(), content.size());
}

TEST_F(Http1ConnectionTest, AnUpgradeBecomesRawBytesBothWays) {
  client_.whenStream = [](Recorder& r) {
    r.whenHead = [&r] {
      EXPECT_EQ(r.head.protocol, "websocket");
      MessageHead head;
      head.status = 101;
      head.protocol = "websocket";
      head.fields.add("sec-websocket-accept", "abc");
      r.stream->sendHead(head, End::No);
    };
    r.whenData = [&r](const ByteChunk& chunk) { r.stream->sendData(chunk, End::No); };
    r.whenEnded = [&r] { r.stream->sendData({}, End::Yes); };
  };
  join();
  auto& r = asked_.emplace_back();
  r.stream = &target_.connection->openStream(r);
  MessageHead head;
  head.method = "GET";
  head.authority = "a";
  head.path = "/";
  head.protocol = "websocket";
  r.stream->sendHead(head, End::No);
  ASSERT_TRUE(runUntil([&] { return r.head.status == 101; }));
  EXPECT_EQ(r.head.protocol, "websocket");
  EXPECT_EQ(r.head.fields.find("sec-websocket-accept"), "abc");
  const std::string content(300'000, 'y');
  r.send(content, End::No);
  ASSERT_TRUE(runUntil([&] { return r.body.size() == content.size(); }));
  // Half-close: what is on its way back still arrives.
  r.send("last", End::Yes);
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  EXPECT_TRUE(r.closed);
  EXPECT_TRUE(r.body.ends_with("last"));
  EXPECT_TRUE(client_.streams.front().closed);
}

TEST_F(Http1ConnectionTest, BytesSentAheadOfTheUpgradeWait) {
  client_.whenStream = [](Recorder&) {};
  acceptRaw();
  peer_.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly");
  ASSERT_TRUE(runUntil([&] { return client_.streams.size() == 1; }));
  Recorder& r = client_.streams.front();
  EXPECT_EQ(r.body, "");
  EXPECT_FALSE(r.ended);
  MessageHead head;
  head.status = 101;
  head.protocol = "websocket";
  r.stream->sendHead(head, End::No);
  ASSERT_TRUE(runUntil([&] { return r.body == "early" && !peer_.text.empty(); }));
  EXPECT_EQ(peer_.text,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
}

TEST_F(Http1ConnectionTest, AnUpgradeThatIsNotGrantedStaysHttp) {
  client_.whenStream = [](Recorder& r) {
    r.whenHead = [&r] {
      r.respond(403, "no", "2");
      r.stream->reset(ResetCode::NoError);
    };
  };
  join();
  for (int round = 0; round < 2; ++round) {
    auto& r = asked_.emplace_back();
    r.stream = &target_.connection->openStream(r);
    MessageHead head;
    head.method = "GET";
    head.authority = "a";
    head.path = "/";
    head.protocol = "websocket";
    r.stream->sendHead(head, End::No);
    ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
    EXPECT_TRUE(r.closed);
    EXPECT_EQ(r.head.status, 403);
    EXPECT_EQ(r.body, "no");
  }
}

}  // namespace
}  // namespace spillway::http
