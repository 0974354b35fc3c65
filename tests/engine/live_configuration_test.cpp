// SPDX-License-Identifier: GPL-3.0-or-later
// A configuration is swapped whole, under load, and an invalid one changes nothing.
#include <gmock/gmock.h>

#include "engine/net/acceptor.h"
#include "tests/support/engine_fixture.h"

namespace spillway::test {
namespace {

using observe::Outcome;
using observe::TargetState;

class LiveConfiguration : public EngineFixture {
 protected:
  void SetUp() override {
    document_ = plainDocument({&a_, &b_});
    applyAndWait(document_, {&a_, &b_});
  }
  TestTarget a_, b_;
  config::Document document_;
};

TEST_F(LiveConfiguration, AnInvalidDocumentNeverReplacesARunningOne) {
  auto broken = document_;
  broken.targetGroups[0].healthCheck.matcher.grpcCode = "abc";
  const ApplyReport report = engine_->apply(broken);
  EXPECT_FALSE(report.applied);
  ASSERT_FALSE(report.issues.empty());
  TestClient client(address());
  auto call = client.unary("/test/echo", "x");
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->field("grpc-status"), "0");
}

TEST_F(LiveConfiguration, AHeldPortIsNamedAndNothingChanges) {
  auto holder = net::ListeningSocket::bind(*net::SocketAddress::parse("127.0.0.1", 0));
  ASSERT_TRUE(holder);
  auto wanted = document_;
  wanted.loadBalancers[0].listeners.push_back(wanted.loadBalancers[0].listeners[0]);
  wanted.loadBalancers[0].listeners[1].name = "second";
  wanted.loadBalancers[0].listeners[1].port = holder->address().port();
  const ApplyReport report = engine_->apply(wanted);
  EXPECT_FALSE(report.applied);
  std::vector<std::string> paths;
  for (const auto& issue : report.issues) {
    if (issue.severity == config::Issue::Severity::Error) paths.push_back(issue.path);
  }
  EXPECT_THAT(paths, ::testing::ElementsAre("loadBalancers[0].listeners[1].port"));
  EXPECT_EQ(engine_->listeners().size(), 1u);
}

TEST_F(LiveConfiguration, ANameThatDoesNotResolveIsNamed) {
  auto wanted = document_;
  wanted.targetGroups[0].targets[0].id = "no-such-host.invalid";
  const ApplyReport report = engine_->apply(wanted);
  EXPECT_FALSE(report.applied);
  EXPECT_THAT(config::describe(report.issues.back()), ::testing::HasSubstr("targetGroups[0].targets[0].id"));
}

TEST_F(LiveConfiguration, AStreamOutlivesAChangeOfWhatItDoesNotUse) {
  TestClient client(address());
  auto call = client.start("/test/echo");
  call->send(grpcMessage("before"), http::End::No);
  ASSERT_TRUE(call->waitForBytes(11));
  const std::string before = address();
  document_.targetGroups[0].healthCheck.intervalSeconds = 3;
  apply(document_);
  EXPECT_EQ(address(), before);
  call->send(grpcMessage("after"), http::End::Yes);
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->body(), grpcMessage("before") + grpcMessage("after"));
  EXPECT_EQ(call->field("grpc-status"), "0");
}

TEST_F(LiveConfiguration, NoCallIsLostWhileConfigurationsAreSwapped) {
  TestClient client(address());
  std::vector<std::shared_ptr<TestCall>> calls;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 20; ++i)
      calls.push_back(client.unary("/test/echo", "x"));
    document_.loadBalancers[0].attributes.idleTimeoutSeconds = 30 + static_cast<std::uint32_t>(round);
    apply(document_);
  }
  for (auto& call : calls) {
    ASSERT_TRUE(call->waitForEnd());
    EXPECT_EQ(call->field("grpc-status"), "0");
  }
  EXPECT_EQ(engine_->readMetrics().total.requests, calls.size());
}

TEST_F(LiveConfiguration, ADeregisteredTargetDrainsAndItsStreamRunsOn) {
  TestClient client(address());
  auto call = client.start("/test/echo");
  call->send(grpcMessage("one"), http::End::No);
  ASSERT_TRUE(call->waitForBytes(8));
  const bool onA = a_.calls() == 1;
  TestTarget& used = onA ? a_ : b_;
  auto targets = document_.targetGroups[0].targets;
  std::erase_if(targets, [&](const auto& target) { return target.port == used.port(); });
  document_.targetGroups[0].targets = targets;
  apply(document_);
  EXPECT_EQ(status(used).state, TargetState::Draining);
  EXPECT_GT(status(used).drainingLeftMs, 200'000);
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(client.unary("/test/echo", "x")->waitForEnd());
  EXPECT_EQ(used.calls(), 1u);
  call->send(grpcMessage("two"), http::End::Yes);
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->field("grpc-status"), "0");
}

TEST_F(LiveConfiguration, AfterTheDeregistrationDelayWhatStillRunsIsEnded) {
  document_.targetGroups[0].attributes.deregistrationDelaySeconds = 0;
  apply(document_);
  TestClient client(address());
  auto call = client.start("/test/hold");
  ASSERT_TRUE(eventually([&] { return a_.calls() + b_.calls() == 1; }));
  document_.targetGroups[0].targets.clear();
  apply(document_);
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->status(), 502);
  EXPECT_EQ(records(1).at(0)->outcome, Outcome::DeregistrationOver);
}

TEST_F(LiveConfiguration, ARemovedListenerLetsItsStreamsEndAndThenCloses) {
  TestClient client(address());
  auto call = client.start("/test/echo");
  call->send(grpcMessage("one"), http::End::No);
  ASSERT_TRUE(call->waitForBytes(8));
  document_.loadBalancers[0].listeners[0].name = "other";
  apply(document_);
  ASSERT_TRUE(eventually([&] { return client.isDraining(); }));
  call->send(grpcMessage("two"), http::End::Yes);
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->field("grpc-status"), "0");
  EXPECT_TRUE(client.waitForClose());
}

TEST_F(LiveConfiguration, AGoawayFromATargetMovesNewStreamsToANewConnection) {
  TestClient client(address());
  auto call = client.start("/test/echo");
  call->send(grpcMessage("one"), http::End::No);
  ASSERT_TRUE(call->waitForBytes(8));
  a_.drain();
  b_.drain();
  for (int i = 0; i < 6; ++i) {
    auto next = client.unary("/test/echo", "x");
    ASSERT_TRUE(next->waitForEnd());
    EXPECT_EQ(next->field("grpc-status"), "0");
  }
  call->send(grpcMessage("two"), http::End::Yes);
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->field("grpc-status"), "0");
}

TEST_F(LiveConfiguration, StopLetsRunningStreamsEnd) {
  TestClient client(address());
  auto call = client.start("/test/echo");
  call->send(grpcMessage("one"), http::End::No);
  ASSERT_TRUE(call->waitForBytes(8));
  std::thread stopper([this] { engine_->stop(std::chrono::seconds(20)); });
  ASSERT_TRUE(eventually([&] { return client.isDraining(); }));
  call->send(grpcMessage("two"), http::End::Yes);
  EXPECT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->field("grpc-status"), "0");
  stopper.join();
}

TEST_F(LiveConfiguration, StopResetsWhatOutlastsItsGrace) {
  TestClient client(address());
  auto call = client.start("/test/hold");
  ASSERT_TRUE(eventually([&] { return a_.calls() + b_.calls() == 1; }));
  engine_->stop(std::chrono::milliseconds(50));
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(records(1).at(0)->outcome, Outcome::Drained);
}

TEST_F(LiveConfiguration, ASilentStreamEndsAtTheIdleTimeout) {
  document_.loadBalancers[0].attributes.idleTimeoutSeconds = 1;
  apply(document_);
  TestClient client(address());
  auto waitingForTarget = client.start("/test/hold");
  waitingForTarget->finishSending();
  auto midAnswer = client.start("/test/head");
  ASSERT_TRUE(midAnswer->waitForHead());
  ASSERT_TRUE(waitingForTarget->waitForEnd());
  EXPECT_EQ(waitingForTarget->status(), 504);
  EXPECT_EQ(waitingForTarget->field("grpc-status"), "14");
  ASSERT_TRUE(midAnswer->waitForEnd());
  EXPECT_EQ(midAnswer->resetCode(), http::ResetCode::Internal);
}

}  // namespace
}  // namespace spillway::test
