// SPDX-License-Identifier: GPL-3.0-or-later
// What passes through the balancer: all kinds of call, both ways at once, with real sockets.
#include <gmock/gmock.h>

#include "tests/support/engine_fixture.h"

namespace spillway::test {
namespace {

using http::End;
using observe::Outcome;

class GrpcProxy : public EngineFixture {
 protected:
  void SetUp() override { applyAndWait(plainDocument({&a_, &b_}), {&a_, &b_}); }
  TestTarget a_, b_;
};

TEST_F(GrpcProxy, UnaryCallComesBackWholeWithItsTrailers) {
  TestClient client(address());
  auto call = client.unary("/test/echo", "hello");
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->status(), 200);
  EXPECT_EQ(call->body(), grpcMessage("hello"));
  EXPECT_EQ(call->field("grpc-status"), "0");
  const auto record = records(1).at(0);
  EXPECT_EQ(record->elbStatus, 200);
  EXPECT_EQ(record->targetStatus, 200);
  EXPECT_EQ(record->grpcStatus, 0u);
  EXPECT_EQ(record->outcome, Outcome::Completed);
  EXPECT_EQ(record->kind, observe::CallKind::Unary);
  EXPECT_EQ(record->requestMessages, 1u);
  EXPECT_EQ(record->responseMessages, 1u);
  EXPECT_FALSE(record->fromBalancer);
}

TEST_F(GrpcProxy, FirstAnswerArrivesBeforeTheClientHalfCloses) {
  TestClient client(address());
  auto call = client.start("/test/echo");
  call->send(grpcMessage("one"), End::No);
  ASSERT_TRUE(call->waitForBytes(8));
  EXPECT_EQ(call->body(), grpcMessage("one"));
  call->send(grpcMessage("two"), End::Yes);
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->body(), grpcMessage("one") + grpcMessage("two"));
  EXPECT_EQ(call->field("grpc-status"), "0");
  EXPECT_EQ(records(1).at(0)->kind, observe::CallKind::Bidirectional);
}

TEST_F(GrpcProxy, ResponseHeadArrivesBeforeAnyMessage) {
  TestClient client(address());
  auto call = client.start("/test/head");
  ASSERT_TRUE(call->waitForHead());
  EXPECT_EQ(call->status(), 200);
  EXPECT_TRUE(call->body().empty());
  call->finishSending();
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->field("grpc-status"), "0");
}

TEST_F(GrpcProxy, TrailersOnlyAnswerKeepsItsStatus) {
  TestClient client(address());
  auto call = client.unary("/nobody/knows", "x");
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->field("grpc-status"), "12");
  const auto record = records(1).at(0);
  EXPECT_EQ(record->grpcStatus, 12u);
  EXPECT_EQ(record->elbStatus, 200);
}

TEST_F(GrpcProxy, EarlyEndOfTheAnswerReachesAClientThatIsStillSending) {
  TestClient client(address());
  auto call = client.start("/test/early");
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->field("grpc-status"), "0");
  EXPECT_EQ(records(1).at(0)->outcome, Outcome::Completed);
}

TEST_F(GrpcProxy, CallsTakeTurnsBetweenTargetsWhicheverConnectionTheyCameBy) {
  for (int i = 0; i < 4; ++i) {
    TestClient client(address());
    auto call = client.unary("/test/echo", "x");
    ASSERT_TRUE(call->waitForEnd());
  }
  EXPECT_EQ(a_.calls(), 2u);
  EXPECT_EQ(b_.calls(), 2u);
  const auto all = records(4);
  EXPECT_NE(all[0]->target, all[1]->target);
  EXPECT_EQ(all[0]->target, all[2]->target);
}

TEST_F(GrpcProxy, TheTargetSeesWhatAlbAdds) {
  TestClient client(address());
  auto call = client.start("/test/echo", {{"x-forwarded-for", "10.0.0.9"}, {"grpc-timeout", "7S"}});
  call->finishSending();
  ASSERT_TRUE(call->waitForEnd());
  auto seen = a_.requests();
  if (seen.empty()) seen = b_.requests();
  ASSERT_EQ(seen.size(), 1u);
  const auto& fields = seen[0].fields;
  EXPECT_EQ(fields.find("x-forwarded-for"), "10.0.0.9, 127.0.0.1");
  EXPECT_EQ(fields.find("x-forwarded-proto"), "http");
  EXPECT_EQ(fields.find("x-forwarded-port"), address().substr(address().rfind(':') + 1));
  EXPECT_THAT(std::string(fields.find("x-amzn-trace-id").value_or("")),
              ::testing::MatchesRegex("Root=1-[0-9a-f]{8}-[0-9a-f]{24}"));
  EXPECT_EQ(fields.find("grpc-timeout"), "7S");
  EXPECT_EQ(fields.find("te"), "trailers");
  EXPECT_EQ(seen[0].authority, address());
}

TEST_F(GrpcProxy, AThousandStreamsAtOnceOverFourConnectionsAllEndRight) {
  std::vector<std::unique_ptr<TestClient>> clients;
  std::vector<std::shared_ptr<TestCall>> calls;
  for (int c = 0; c < 8; ++c)
    clients.push_back(std::make_unique<TestClient>(address()));
  for (int i = 0; i < 1000; ++i) {
    calls.push_back(clients[i % clients.size()]->start("/test/echo"));
    calls.back()->send(grpcMessage("first " + std::to_string(i)), End::No);
  }
  for (int i = 0; i < 1000; ++i)
    calls[i]->send(grpcMessage("last"), End::Yes);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(calls[i]->waitForEnd()) << i;
    EXPECT_EQ(calls[i]->field("grpc-status"), "0") << i;
    EXPECT_EQ(calls[i]->body(), grpcMessage("first " + std::to_string(i)) + grpcMessage("last")) << i;
  }
  EXPECT_EQ(records(1000).size(), 1000u);
  const auto reading = engine_->readMetrics();
  EXPECT_EQ(reading.total.requests, 1000u);
  EXPECT_EQ(reading.total.activeStreams, 0);
  EXPECT_EQ(reading.grpcStatus.at(0), 1000u);
  EXPECT_EQ(a_.calls() + b_.calls(), 1000u);
  EXPECT_EQ(a_.calls(), 500u);
}

TEST_F(GrpcProxy, OneTargetConnectionCarriesManyStreams) {
  TestClient client(address());
  std::vector<std::shared_ptr<TestCall>> calls;
  for (int i = 0; i < 50; ++i)
    calls.push_back(client.start("/test/head"));
  for (auto& call : calls)
    ASSERT_TRUE(call->waitForHead());
  // One worker serves this one client connection; each target may also have a health check's connection for a
  // moment.
  EXPECT_LE(a_.connections(), 2u);
  EXPECT_LE(b_.connections(), 2u);
  for (auto& call : calls)
    call->finishSending();
  for (auto& call : calls)
    ASSERT_TRUE(call->waitForEnd());
}

TEST_F(GrpcProxy, CancellationByTheClientReachesTheTargetAsOne) {
  TestClient client(address());
  auto call = client.start("/test/head");
  ASSERT_TRUE(call->waitForHead());
  call->cancel();
  EXPECT_TRUE(eventually([&] { return a_.cancelled() + b_.cancelled() == 1; }));
  const auto record = records(1).at(0);
  EXPECT_EQ(record->outcome, Outcome::ClientClosed);
}

TEST_F(GrpcProxy, ClientThatLeavesCancelsItsCalls) {
  auto client = std::make_unique<TestClient>(address());
  auto call = client->start("/test/hold");
  ASSERT_TRUE(eventually([&] { return a_.calls() + b_.calls() == 1; }));
  client.reset();
  EXPECT_TRUE(eventually([&] { return a_.cancelled() + b_.cancelled() == 1; }));
  const auto record = records(1).at(0);
  EXPECT_EQ(record->outcome, Outcome::ClientClosed);
  EXPECT_EQ(record->elbStatus, 460);
}

TEST_F(GrpcProxy, ResetByTheTargetBeforeItsAnswerBecomes502WithStatus14) {
  TestClient client(address());
  auto call = client.unary("/test/reset", "x");
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->status(), 502);
  EXPECT_EQ(call->field("grpc-status"), "14");
  EXPECT_EQ(call->field("content-type"), "application/grpc");
  const auto record = records(1).at(0);
  EXPECT_EQ(record->outcome, Outcome::TargetReset);
  EXPECT_TRUE(record->fromBalancer);
  EXPECT_FALSE(record->cause.empty());
}

TEST_F(GrpcProxy, ResetByTheTargetInItsAnswerIsPassedOn) {
  TestClient client(address());
  auto call = client.unary("/test/half", "x");
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->status(), 200);
  EXPECT_EQ(call->resetCode(), http::ResetCode::Cancel);
}

TEST_F(GrpcProxy, OtherMethodsThanPostGet464WithoutBody) {
  TestClient client(address());
  auto call = client.request("GET", "/", {}, End::Yes);
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->status(), 464);
  EXPECT_EQ(call->field("content-type"), "");
  EXPECT_TRUE(call->body().empty());
}

TEST_F(GrpcProxy, TheTimelineOfACallIsSeen) {
  TestClient client(address());
  auto call = client.unary("/test/echo", "hello");
  ASSERT_TRUE(call->waitForEnd());
  records(1);
  std::vector<observe::EventKind> kinds;
  for (const auto& event : events()) {
    if (event.stream != 0) kinds.push_back(event.kind);
  }
  using Kind = observe::EventKind;
  EXPECT_EQ(kinds.front(), Kind::StreamOpened);
  EXPECT_EQ(kinds.back(), Kind::StreamEnded);
  EXPECT_THAT(kinds,
              ::testing::IsSupersetOf({Kind::TargetChosen, Kind::RequestHead, Kind::HalfClose, Kind::Message,
                                       Kind::Message, Kind::ResponseHead, Kind::Trailers}));
}

}  // namespace
}  // namespace spillway::test
