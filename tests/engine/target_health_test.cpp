// SPDX-License-Identifier: GPL-3.0-or-later
// Targets turn healthy and unhealthy with ALB's words, and traffic follows.
#include <gmock/gmock.h>

#include "tests/support/engine_fixture.h"
#include "tests/support/scripted_server.h"

namespace spillway::test {
namespace {

using observe::HealthReason;
using observe::Outcome;
using observe::TargetState;

class TargetHealth : public EngineFixture {};

TEST_F(TargetHealth, ANewTargetIsCheckedAtOnceAndIsHealthyAfterOneGoodAnswer) {
  TestTarget target;
  auto document = plainDocument({&target});
  document.targetGroups[0].healthCheck.healthyThresholdCount = 5;
  applyAndWait(document, {&target});
  EXPECT_EQ(status(target).lastCode, 12u);
  EXPECT_TRUE(status(target).description.empty());
}

TEST_F(TargetHealth, AnUnexpectedCodeIsNamed) {
  TestTarget target;
  target.setUnknownStatus(14);
  apply(plainDocument({&target}));
  ASSERT_TRUE(waitForState(target, TargetState::Unhealthy));
  EXPECT_EQ(status(target).reason, HealthReason::ResponseCodeMismatch);
  EXPECT_EQ(status(target).description, "Health checks failed with these codes: [14]");
}

TEST_F(TargetHealth, AKilledTargetTurnsUnhealthyAndAllCallsGoToTheOther) {
  TestTarget a;
  auto b = std::make_unique<TestTarget>();
  const std::uint16_t port = b->port();
  applyAndWait(plainDocument({&a, b.get()}), {&a, b.get()});
  b->kill();
  ASSERT_TRUE(waitForState(*b, TargetState::Unhealthy));
  EXPECT_EQ(status(*b).reason, HealthReason::FailedHealthChecks);
  EXPECT_EQ(status(*b).description, "Health checks failed");
  TestClient client(address());
  for (int i = 0; i < 6; ++i) {
    auto call = client.unary("/test/echo", "x");
    ASSERT_TRUE(call->waitForEnd());
    EXPECT_EQ(call->field("grpc-status"), "0");
  }
  EXPECT_EQ(a.calls(), 6u);
  b.reset();
  TestTarget again(port);
  ASSERT_TRUE(waitForState(again, TargetState::Healthy));
  for (int i = 0; i < 6; ++i)
    ASSERT_TRUE(client.unary("/test/echo", "x")->waitForEnd());
  EXPECT_EQ(again.calls(), 3u);
}

TEST_F(TargetHealth, ACallThatMeetsADeadTargetGets502AndStatus14) {
  TestTarget target;
  auto document = plainDocument({&target});
  document.targetGroups[0].healthCheck.intervalSeconds = 300;
  applyAndWait(document, {&target});
  target.kill();
  TestClient client(address());
  auto call = client.unary("/test/echo", "x");
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->status(), 502);
  EXPECT_EQ(call->field("grpc-status"), "14");
  const auto record = records(1).at(0);
  EXPECT_EQ(record->outcome, Outcome::TargetRefused);
  EXPECT_THAT(record->cause, ::testing::HasSubstr("refused"));
  EXPECT_EQ(engine_->readMetrics().targetConnectionErrors, 1u);
}

TEST_F(TargetHealth, WithRetryTheCallGoesToTheOtherTarget) {
  TestTarget a, b;
  auto document = plainDocument({&a, &b});
  document.targetGroups[0].healthCheck.intervalSeconds = 300;
  document.loadBalancers[0].beyondAlb.retryUnprocessedRequests = true;
  applyAndWait(document, {&a, &b});
  b.kill();
  TestClient client(address());
  for (int i = 0; i < 4; ++i) {
    auto call = client.unary("/test/echo", "again");
    ASSERT_TRUE(call->waitForEnd());
    EXPECT_EQ(call->field("grpc-status"), "0");
    EXPECT_EQ(call->body(), grpcMessage("again"));
  }
  EXPECT_EQ(a.calls(), 4u);
}

TEST_F(TargetHealth, ARefusedStreamIsSentAgainWithItsBodyWhenRetryIsOn) {
  TestTarget a, b;
  auto document = plainDocument({&a, &b});
  document.loadBalancers[0].beyondAlb.retryUnprocessedRequests = true;
  applyAndWait(document, {&a, &b});
  TestClient client(address());
  auto call = client.start("/test/refuse");
  call->send(grpcMessage("body"), http::End::Yes);
  ASSERT_TRUE(call->waitForEnd());
  // Both refuse: the second refusal is the answer.
  EXPECT_EQ(call->status(), 502);
  EXPECT_EQ(a.calls(), 1u);
  EXPECT_EQ(b.calls(), 1u);
  EXPECT_EQ(records(1).at(0)->attempts, 2u);
}

TEST_F(TargetHealth, WithoutRetryARefusedStreamIs502) {
  TestTarget a, b;
  applyAndWait(plainDocument({&a, &b}), {&a, &b});
  TestClient client(address());
  auto call = client.unary("/test/refuse", "x");
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->status(), 502);
  EXPECT_EQ(a.calls() + b.calls(), 1u);
}

TEST_F(TargetHealth, WhenNoneIsHealthyTrafficGoesToAll) {
  TestTarget a, b;
  a.setUnknownStatus(3);
  b.setUnknownStatus(3);
  apply(plainDocument({&a, &b}));
  ASSERT_TRUE(waitForState(a, TargetState::Unhealthy));
  ASSERT_TRUE(waitForState(b, TargetState::Unhealthy));
  TestClient client(address());
  for (int i = 0; i < 4; ++i) {
    auto call = client.unary("/test/echo", "x");
    ASSERT_TRUE(call->waitForEnd());
    EXPECT_EQ(call->field("grpc-status"), "0");
  }
  EXPECT_EQ(a.calls(), 2u);
  EXPECT_EQ(b.calls(), 2u);
  EXPECT_TRUE(records(1).at(0)->failOpen);
}

TEST_F(TargetHealth, AGroupWithoutTargetsAnswers503AndStatus14) {
  apply(plainDocument({}));
  TestClient client(address());
  auto call = client.unary("/test/echo", "x");
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->status(), 503);
  EXPECT_EQ(call->field("grpc-status"), "14");
  EXPECT_EQ(records(1).at(0)->outcome, Outcome::NoTarget);
}

TEST_F(TargetHealth, AGroupThatNoListenerUsesIsNotChecked) {
  TestTarget used, unused;
  auto document = plainDocument({&used});
  document.targetGroups.push_back(document.targetGroups[0]);
  document.targetGroups[1].name = "spare";
  document.targetGroups[1].targets[0].port = unused.port();
  document.targetGroups[1].healthCheck = {};
  applyAndWait(document, {&used});
  EXPECT_EQ(status(unused).state, TargetState::Unused);
  EXPECT_EQ(status(unused).reason, HealthReason::NotInUse);
}

TEST_F(TargetHealth, CheckNowChecksBeforeTheNextTurn) {
  TestTarget target;
  auto document = plainDocument({&target});
  document.targetGroups[0].healthCheck.intervalSeconds = 300;
  applyAndWait(document, {&target});
  target.setUnknownStatus(14);
  engine_->checkNow(status(target).id);
  EXPECT_TRUE(waitForState(target, TargetState::Unhealthy));
}

TEST_F(TargetHealth, ProbeTargetAnswersBeforeAnythingIsCreated) {
  TestTarget target;
  const auto document = plainDocument({&target});
  const auto answer = probeTarget(document.targetGroups[0], document.targetGroups[0].targets[0]);
  EXPECT_TRUE(answer.passed);
  EXPECT_EQ(answer.words, "12 UNIMPLEMENTED");
  target.kill();
  const auto refused = probeTarget(document.targetGroups[0], document.targetGroups[0].targets[0]);
  EXPECT_FALSE(refused.passed);
  EXPECT_THAT(refused.words, ::testing::HasSubstr("refused"));
}

/// A document whose group speaks HTTP/1.1 to this server.
config::Document http1Document(const ScriptedServer& server, config::Protocol protocol) {
  auto document = plainDocument({});
  auto& group = document.targetGroups[0];
  group.protocolVersion = config::ProtocolVersion::Http1;
  group.protocol = group.healthCheck.protocol = protocol;
  group.healthCheck.path = "/";
  group.targets.push_back({"127.0.0.1", server.port(), ""});
  return document;
}

TEST_F(TargetHealth, AnHttp1GroupIsCheckedInItsProtocol) {
  ScriptedServer server({http1Answer(200)});
  apply(http1Document(server, config::Protocol::Http));
  ASSERT_TRUE(eventually([&] { return engine_->targets().at(0).state == TargetState::Healthy; }));
  EXPECT_EQ(engine_->targets().at(0).lastCode, 200u);
  EXPECT_THAT(server.received().at(0), ::testing::StartsWith("GET / HTTP/1.1\r\n"));
}

TEST_F(TargetHealth, AnHttp1GroupOverTlsIsOfferedNoHttp2) {
  ScriptedServer server({http1Answer(200)}, untrustedTls());
  const auto document = http1Document(server, config::Protocol::Https);
  const auto answer = probeTarget(document.targetGroups[0], document.targetGroups[0].targets[0]);
  EXPECT_TRUE(answer.passed) << answer.words;
  EXPECT_EQ(answer.words, "200");
  apply(document);
  ASSERT_TRUE(eventually([&] { return engine_->targets().at(0).state == TargetState::Healthy; }));
  EXPECT_THAT(server.alpn(), ::testing::Each(""));
}

}  // namespace
}  // namespace spillway::test
