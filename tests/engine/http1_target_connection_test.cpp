// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP/1 as targets see it, and both roles against each other.
#include "tests/engine/http1_cases.h"

namespace spillway::http {
namespace {

using Http1TargetConnection = Http1ConnectionTest;

// ---- The target's side
// --------------------------------------------------------------------------------------------

TEST_F(Http1TargetConnection, OneRequestAtATimeOnAKeptConnection) {
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

TEST_F(Http1TargetConnection, AnswersUntilTheConnectionsEnd) {
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

TEST_F(Http1TargetConnection, InterimAnswersPass) {
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

TEST_F(Http1TargetConnection, AnswersToHeadHaveNoBody) {
  connectRaw();
  Recorder& r = request("HEAD", End::Yes);
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  EXPECT_TRUE(r.closed);
  EXPECT_EQ(r.head.fields.find("content-length"), "200");
}

TEST_F(Http1TargetConnection, AShortBodyIsTold) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  ASSERT_TRUE(runUntil([&] { return r.body == "hello" && !peer_.text.empty(); }));
  peer_.transport->close(net::Transport::Close::Now);
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  ASSERT_TRUE(r.error);
  EXPECT_TRUE(r.error->connectionLost);
  EXPECT_EQ(r.error->error.code, ErrorCode::BodyShort);
  EXPECT_NE(r.error->error.detail.find("5 bytes before its Content-Length"), std::string::npos);
}

TEST_F(Http1TargetConnection, GarbageIsTold) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.write("SSH-2.0-OpenSSH\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  ASSERT_TRUE(r.error);
  EXPECT_EQ(r.error->error.code, ErrorCode::Protocol);
  EXPECT_EQ(r.error->error.side, Side::Target);
}

TEST_F(Http1TargetConnection, AReusedConnectionThatDiesSilentlyIsToldApart) {
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

TEST_F(Http1TargetConnection, AFreshConnectionThatDiesIsNotReused) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.transport->close(net::Transport::Close::Now);
  ASSERT_TRUE(runUntil([&] { return r.isOver(); }));
  ASSERT_TRUE(r.error);
  EXPECT_FALSE(r.error->reusedAndSilent);
}

TEST_F(Http1TargetConnection, AnswersNobodyAskedForEndTheConnection) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.write("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return target_.closed.has_value(); }));
  EXPECT_TRUE(r.closed);
  EXPECT_EQ(r.head.status, 204);
}

TEST_F(Http1TargetConnection, ATargetThatSpeaksUnaskedIsLeft) {
  connectRaw();
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(runUntil([&] { return target_.closed.has_value(); }));
  EXPECT_EQ(target_.closed->code, ErrorCode::Protocol);
}

TEST_F(Http1TargetConnection, ABrokenOffExchangeEndsItsConnection) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  peer_.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  ASSERT_TRUE(runUntil([&] { return r.body == "hello"; }));
  r.stream->reset(ResetCode::Cancel);
  EXPECT_FALSE(target_.connection->canOpenStream());
  ASSERT_TRUE(runUntil([&] { return target_.closed.has_value(); }));
  EXPECT_FALSE(r.isOver());
}

TEST_F(Http1TargetConnection, CloseResetsTheStreamAndTellsNobodyElse) {
  connectRaw();
  Recorder& r = request("GET", End::Yes);
  target_.connection->close({ErrorCode::Drained, Side::Balancer, "over"});
  ASSERT_TRUE(r.error);
  EXPECT_EQ(r.error->error.code, ErrorCode::Drained);
  EXPECT_FALSE(target_.closed);
}

TEST_F(Http1TargetConnection, ARequestThatHttp1CannotSayIsNotSent) {
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

TEST_F(Http1TargetConnection, AReaderThatDoesNotConsumeStopsTheSender) {
  client_.whenStream = [](Recorder& r) { r.consumes = false; };
  join();
  const std::string content(8 * 1024 * 1024, 'x');
  Recorder& r = request("POST", End::No);
  r.send(content, End::Yes);
  ASSERT_TRUE(runUntil(
      [&] { return !client_.streams.empty() && client_.streams.front().body.size() > 60u * 1024u; }));
  runTurns(100);
  Recorder& reader = client_.streams.front();
  EXPECT_LE(reader.body.size(), settings_.window + ByteBlock::kLarge);
  EXPECT_LE(r.sent, 1024u * 1024u);  // kernel buffers and our own output
  reader.consumes = true;
  reader.stream->consume(reader.body.size());
  ASSERT_TRUE(runUntil([&] { return reader.ended; }));
  EXPECT_EQ(reader.body.size(), content.size());
}

TEST_F(Http1TargetConnection, AnUpgradeBecomesRawBytesBothWays) {
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

TEST_F(Http1TargetConnection, BytesSentAheadOfTheUpgradeWait) {
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

TEST_F(Http1TargetConnection, AnUpgradeThatIsNotGrantedStaysHttp) {
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
