// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP/1 as clients see it.
#include "tests/engine/http1_cases.h"

namespace spillway::http {
namespace {

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

}  // namespace
}  // namespace spillway::http
