// SPDX-License-Identifier: GPL-3.0-or-later
// The decision trace: which rules were tried, who could have had the request, who got it, and why.
#include "engine/observe/decision.h"

#include <gmock/gmock.h>

#include "tests/support/engine_fixture.h"

namespace spillway::test {
namespace {

using observe::Decision;
using observe::GroupReason;
using observe::SessionState;
using observe::TargetReason;
using observe::TargetState;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

config::Rule ruleFor(std::uint32_t priority, const std::string& path, config::Action action) {
  config::Rule rule;
  rule.priority = priority;
  rule.conditions.push_back({.field = config::ConditionField::PathPattern, .values = {path}});
  rule.actions.push_back(std::move(action));
  return rule;
}

class DecisionTrace : public EngineFixture {
 protected:
  DecisionTrace() : EngineFixture(1) {}
  void SetUp() override {
    document_ = plainDocument({&a_, &b_});
    document_.loadBalancers[0].listeners[0].rules = {ruleFor(10, "/other/*", config::forwardTo("group")),
                                                     ruleFor(20, "/test/*", config::forwardTo("group"))};
  }
  void ask(std::uint32_t perSecond) {
    subscription_ = engine_->subscribe({.details = false, .decisionsPerSecond = perSecond});
  }
  /// The trace of one call; null when there is none.
  std::shared_ptr<const Decision> traceOf(const std::string& path) {
    TestClient client(address());
    EXPECT_TRUE(client.unary(path, "x")->waitForEnd());
    const auto all = records(++ended_);
    return all.empty() ? nullptr : all.back()->decision;
  }

  TestTarget a_, b_;
  config::Document document_;
  std::size_t ended_ = 0;
};

TEST_F(DecisionTrace, IsNotMadeUnlessSomebodyAsks) {
  applyAndWait(document_, {&a_, &b_});
  EXPECT_EQ(traceOf("/test/echo"), nullptr);
}

TEST_F(DecisionTrace, TellsTheRulesTheCandidatesAndTheChoice) {
  ask(100);
  applyAndWait(document_, {&a_, &b_});
  const auto decision = traceOf("/test/echo");
  ASSERT_TRUE(decision);
  EXPECT_THAT(decision->rules, ElementsAre(observe::RuleTry{10, false, "path-pattern /other/*"},
                                           observe::RuleTry{20, true, ""}));
  EXPECT_THAT(decision->groups, ElementsAre(observe::GroupShare{"group", 1}));
  EXPECT_EQ(decision->action, "forward");
  EXPECT_EQ(decision->group, "group");
  EXPECT_EQ(decision->groupReason, GroupReason::OnlyOne);
  EXPECT_EQ(decision->session, SessionState::Off);
  ASSERT_THAT(decision->choices, SizeIs(1));
  const observe::TargetChoice& choice = decision->choices[0];
  EXPECT_EQ(choice.algorithm, "round_robin");
  EXPECT_EQ(choice.reason, TargetReason::Algorithm);
  EXPECT_FALSE(choice.failOpen);
  EXPECT_EQ(choice.target, records(1).back()->target);
  EXPECT_THAT(choice.failed, IsEmpty());
  EXPECT_THAT(choice.candidates,
              ElementsAre(observe::CandidateTarget{a_.address(), TargetState::Healthy, 100, 0, false, true},
                          observe::CandidateTarget{b_.address(), TargetState::Healthy, 100, 0, false, true}));
}

TEST_F(DecisionTrace, CountsTheOpenExchangesOfCandidates) {
  ask(100);
  applyAndWait(document_, {&a_, &b_});
  TestClient client(address());
  auto held = client.start("/test/hold");
  ASSERT_TRUE(eventually([&] { return a_.calls() + b_.calls() == 1; }));
  const auto decision = traceOf("/test/echo");
  ASSERT_TRUE(decision);
  EXPECT_THAT(decision->choices.at(0).candidates,
              Contains(Field(&observe::CandidateTarget::outstanding, 1)).Times(1));
}

TEST_F(DecisionTrace, TellsEachTryAndWhyItGaveNoAnswer) {
  ask(100);
  document_.loadBalancers[0].beyondAlb.retryUnprocessedRequests = true;
  applyAndWait(document_, {&a_, &b_});
  const auto decision = traceOf("/test/refuse");
  ASSERT_TRUE(decision);
  ASSERT_THAT(decision->choices, SizeIs(2));
  EXPECT_NE(decision->choices[0].target, decision->choices[1].target);
  EXPECT_THAT(decision->choices[0].failed, HasSubstr("reset"));
  EXPECT_THAT(decision->choices[1].candidates,
              Contains(Field(&observe::CandidateTarget::mayBeChosen, false)).Times(1));
}

TEST_F(DecisionTrace, TellsFailOpen) {
  ask(100);
  document_.targetGroups[0].healthCheck.matcher.grpcCode = "0";
  apply(document_);
  ASSERT_TRUE(waitForState(a_, TargetState::Unhealthy));
  ASSERT_TRUE(waitForState(b_, TargetState::Unhealthy));
  const auto decision = traceOf("/test/echo");
  ASSERT_TRUE(decision);
  EXPECT_TRUE(decision->choices.at(0).failOpen);
  EXPECT_THAT(decision->choices[0].candidates,
              Contains(Field(&observe::CandidateTarget::state, TargetState::Unhealthy)).Times(2));
}

TEST_F(DecisionTrace, IsMadeForSoManyRequestsASecondAndNoMore) {
  ask(3);
  applyAndWait(document_, {&a_, &b_});
  TestClient client(address());
  std::vector<std::shared_ptr<TestCall>> calls;
  for (int i = 0; i < 50; ++i)
    calls.push_back(client.unary("/test/echo", "x"));
  for (auto& call : calls)
    ASSERT_TRUE(call->waitForEnd());
  const auto all = records(calls.size());
  const auto traced =
      std::ranges::count_if(all, [](const auto& record) { return record->decision != nullptr; });
  EXPECT_GE(traced, 3);
  EXPECT_LT(traced, 50);
}

TEST_F(DecisionTrace, WhoEndedItAndTheSettingBehindItAreInTheRecord) {
  document_.loadBalancers[0].attributes.idleTimeoutSeconds = 1;
  applyAndWait(document_, {&a_, &b_});
  TestClient client(address());
  ASSERT_TRUE(client.unary("/test/hold", "x")->waitForEnd());
  const auto record = records(1).back();
  EXPECT_EQ(record->endedBy, observe::EndedBy::Balancer);
  EXPECT_EQ(record->endedBecause, "idle_timeout.timeout_seconds = 1");
}

TEST_F(DecisionTrace, AnImaginedRequestIsExplainedAndTakesNobodysTurn) {
  applyAndWait(document_, {&a_, &b_});
  const ListenerId in{"desk", "in"};
  const std::string first = [&] { return traceOf("/test/echo"), records(1).back()->target; }();
  const auto decision = engine_->explain(in, {.method = "POST", .path = "/test/echo"});
  ASSERT_TRUE(decision) << decision.error().detail;
  EXPECT_EQ(decision->rules.back().priority, 20u);
  ASSERT_THAT(decision->choices, SizeIs(1));
  EXPECT_EQ(decision->choices[0].reason, TargetReason::NotAskedYet);
  traceOf("/test/echo");
  EXPECT_NE(records(2).back()->target, first) << "round robin goes on as if nobody had asked";
  EXPECT_EQ(engine_->explain(in, {.path = "/elsewhere"})->rules.back().priority, 0u);
}

TEST_F(DecisionTrace, TellsTheActionOfARuleThatDoesNotForward) {
  config::Action refuse;
  refuse.type = config::ActionType::FixedResponse;
  refuse.fixedResponse.statusCode = 403;
  document_.loadBalancers[0].listeners[0].rules.push_back(ruleFor(30, "/admin", refuse));
  apply(document_);
  const auto decision = engine_->explain({"desk", "in"}, {.path = "/admin"});
  EXPECT_THAT(observe::inWords(*decision), ElementsAre(HasSubstr("Rule 10: no"), HasSubstr("Rule 20: no"),
                                                       "Rule 30: matched", "Action: fixed-response"));
}

TEST_F(DecisionTrace, WhatCannotBeImaginedIsNamed) {
  apply(document_);
  EXPECT_THAT(engine_->explain({"desk", "out"}, {}).error().detail, HasSubstr("out"));
  EXPECT_FALSE(engine_->explain({"desk", "in"}, {.clientIp = "somebody"}));
}

TEST_F(DecisionTrace, IsPutIntoWords) {
  Decision decision;
  decision.rules = {{10, false, "path-pattern /a/*"}, {0, true, ""}};
  decision.groups = {{"blue", 3}, {"green", 1}};
  decision.group = "green";
  decision.groupReason = GroupReason::Weight;
  decision.session = SessionState::Expired;
  observe::TargetChoice choice;
  choice.algorithm = "round_robin";
  choice.reason = TargetReason::Algorithm;
  choice.target = "127.0.0.1:1";
  choice.failed = "The target refused the connection.";
  choice.candidates = {{"127.0.0.1:1", TargetState::Healthy, 100, 2, false, true},
                       {"127.0.0.1:2", TargetState::Unhealthy, 50, 0, true, false}};
  decision.choices = {choice};
  EXPECT_THAT(
      observe::inWords(decision),
      ElementsAre("Rule 10: no match, path-pattern /a/*", "Default rule: taken",
                  "Target group green, by weight (blue 3, green 1)", "Session: the session has expired",
                  "Targets:", "  127.0.0.1:1 healthy, 2 outstanding",
                  "  127.0.0.1:2 unhealthy, 0 outstanding, weight 50 %, anomalous, not to be chosen",
                  "Chosen: 127.0.0.1:1, by round_robin", "  The target refused the connection."));
}

TEST_F(DecisionTrace, TheEngineTellsItsSeriesAndItsLogs) {
  applyAndWait(document_, {&a_, &b_});
  traceOf("/test/echo");
  EXPECT_TRUE(eventually([&] { return !engine_->series().parts().empty(); }));
  EXPECT_THAT(engine_->logs(), IsEmpty());
}

}  // namespace
}  // namespace spillway::test
