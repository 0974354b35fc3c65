// SPDX-License-Identifier: GPL-3.0-or-later
// A person keeps requests away from a target for a while.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/engine_fixture.h"

namespace spillway::test {
namespace {

using observe::HealthReason;
using observe::Outcome;
using observe::TargetState;
using std::chrono::seconds;

constexpr auto kLong = seconds(3600);

class TakeOut : public EngineFixture {
 protected:
  static TargetId idOf(const TestTarget& target) { return {"group", "127.0.0.1", target.port()}; }
  void takeOut(const TestTarget& target, seconds time = kLong) {
    engine_->takeOut(idOf(target), time);
    ASSERT_TRUE(eventually([&] { return status(target).reason == HealthReason::TakenOut; }));
  }
  void putBack(const TestTarget& target) {
    engine_->putBack(idOf(target));
    ASSERT_TRUE(eventually([&] { return status(target).reason != HealthReason::TakenOut; }));
  }
  void call(int times) {
    TestClient client(address());
    for (int i = 0; i < times; ++i) {
      auto made = client.unary("/test/echo", "x");
      ASSERT_TRUE(made->waitForEnd());
      EXPECT_EQ(made->field("grpc-status"), "0");
    }
  }
};

TEST_F(TakeOut, RequestsGoToTheOthersUntilItIsPutBack) {
  TestTarget a, b;
  applyAndWait(plainDocument({&a, &b}), {&a, &b});
  takeOut(b);
  EXPECT_EQ(status(b).state, TargetState::Unhealthy);
  EXPECT_EQ(status(b).description, "Taken out by you");
  EXPECT_GT(status(b).takenOutUntil, wallNow() + kLong - seconds(60));
  call(6);
  EXPECT_EQ(a.calls(), 6u);
  EXPECT_EQ(b.calls(), 0u);
  putBack(b);
  EXPECT_EQ(status(b).state, TargetState::Healthy);
  EXPECT_EQ(status(b).takenOutUntil, WallTime{});
  call(6);
  EXPECT_EQ(b.calls(), 3u);
}

TEST_F(TakeOut, ItComesBackByItselfWhenTheLastTimeGivenIsOver) {
  TestTarget a, b;
  applyAndWait(plainDocument({&a, &b}), {&a, &b});
  takeOut(b);
  engine_->takeOut(idOf(b), seconds(1));
  ASSERT_TRUE(waitForState(b, TargetState::Healthy));
  call(4);
  EXPECT_EQ(b.calls(), 2u);
}

TEST_F(TakeOut, StreamsThatRunGoOn) {
  TestTarget a;
  applyAndWait(plainDocument({&a}), {&a});
  TestClient client(address());
  auto stream = client.start("/test/echo");
  stream->send(grpcMessage("one"), http::End::No);
  ASSERT_TRUE(stream->waitForBytes(grpcMessage("one").size()));
  takeOut(a);
  stream->send(grpcMessage("two"), http::End::Yes);
  ASSERT_TRUE(stream->waitForEnd());
  EXPECT_EQ(stream->body(), grpcMessage("one") + grpcMessage("two"));
  EXPECT_EQ(stream->field("grpc-status"), "0");
}

TEST_F(TakeOut, FailOpenLeavesItOut) {
  TestTarget a, b;
  b.setUnknownStatus(3);
  auto document = plainDocument({&a, &b});
  apply(document);
  ASSERT_TRUE(waitForState(a, TargetState::Healthy));
  ASSERT_TRUE(waitForState(b, TargetState::Unhealthy));
  takeOut(a);
  call(3);
  EXPECT_EQ(a.calls(), 0u);
  EXPECT_EQ(b.calls(), 3u);
  EXPECT_TRUE(records(3).at(2)->failOpen);
  takeOut(b);
  TestClient client(address());
  auto refused = client.unary("/test/echo", "x");
  ASSERT_TRUE(refused->waitForEnd());
  EXPECT_EQ(refused->status(), 503);
  const auto record = records(4).at(3);
  EXPECT_EQ(record->outcome, Outcome::NoTarget);
  EXPECT_THAT(record->cause, ::testing::HasSubstr("Every target of the group is taken out."));
}

TEST_F(TakeOut, ChecksGoOnAndDecideWhatItComesBackTo) {
  TestTarget a;
  applyAndWait(plainDocument({&a}), {&a});
  takeOut(a);
  a.setUnknownStatus(14);
  engine_->checkNow(idOf(a));
  ASSERT_TRUE(eventually([&] { return status(a).failedInARow > 0; }));
  EXPECT_EQ(status(a).reason, HealthReason::TakenOut);
  putBack(a);
  EXPECT_EQ(status(a).state, TargetState::Unhealthy);
  EXPECT_EQ(status(a).reason, HealthReason::ResponseCodeMismatch);
}

TEST_F(TakeOut, OutlivesAnotherConfigurationButNotTheTarget) {
  TestTarget a, b;
  auto document = plainDocument({&a, &b});
  document.targetGroups[0].attributes.deregistrationDelaySeconds = 0;
  applyAndWait(document, {&a, &b});
  takeOut(b);
  document.targetGroups[0].healthCheck.intervalSeconds = 3;
  apply(document);
  EXPECT_EQ(status(b).reason, HealthReason::TakenOut);
  call(4);
  EXPECT_EQ(b.calls(), 0u);
  const auto targets = document.targetGroups[0].targets;
  document.targetGroups[0].targets.pop_back();
  apply(document);
  ASSERT_TRUE(eventually([&] { return engine_->targets().size() == 1; }));
  document.targetGroups[0].targets = targets;
  apply(document);
  ASSERT_TRUE(waitForState(b, TargetState::Healthy));
}

TEST_F(TakeOut, EachStepIsToldAsAChange) {
  TestTarget a;
  applyAndWait(plainDocument({&a}), {&a});
  takeOut(a, seconds(300));
  putBack(a);
  std::vector<std::string> details;
  for (const auto& event : events()) {
    if (event.health && event.health->changed && !event.health->detail.empty())
      details.push_back(event.health->detail);
  }
  EXPECT_THAT(details, ::testing::ElementsAre("for 5 min", "put back by you"));
}

}  // namespace
}  // namespace spillway::test
