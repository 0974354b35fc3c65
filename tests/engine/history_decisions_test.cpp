// SPDX-License-Identifier: GPL-3.0-or-later
// Why a request went where it went, as the history keeps it.
#include <gmock/gmock.h>

#include <random>

#include "engine/history/database.h"
#include "engine/history/decision_body.h"
#include "engine/history/reader.h"
#include "engine/history/row_writer.h"
#include "engine/history/schema.h"
#include "engine/history/trace_bytes.h"
#include "tests/support/random_records.h"
#include "tests/support/temporary_folder.h"

namespace spillway::history {
namespace {

using observe::Decision;

/// Two rules, a draw between two groups, and a retry.
Decision someDecision(std::int64_t outstanding) {
  Decision decision;
  decision.rules = {{10, false, "path-pattern /a/*"}, {0, true, ""}};
  decision.action = "forward";
  decision.groups = {{"blue", 3}, {"green", 1}};
  decision.group = "blue";
  decision.groupReason = observe::GroupReason::Weight;
  decision.session = observe::SessionState::Expired;
  observe::TargetChoice first;
  first.candidates = {{"127.0.0.1:50061", observe::TargetState::Healthy, 100, outstanding, false, true},
                      {"127.0.0.1:50062", observe::TargetState::Unhealthy, 40, 7, true, false}};
  first.algorithm = "weighted_random";
  first.reason = observe::TargetReason::Algorithm;
  first.target = "127.0.0.1:50061";
  first.failed = "Connection refused.";
  observe::TargetChoice second = first;
  second.failOpen = true;
  second.reason = observe::TargetReason::NoTarget;
  second.target.clear();
  second.failed.clear();
  decision.choices = {first, second};
  return decision;
}

TEST(DecisionBody, ComesBackAsItWas) {
  const Decision decision = someDecision(1'000'000'000'000);
  const DecisionBody body = encodeDecision(decision);
  const auto back = decodeDecision(body.shape, body.counts);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, decision);
}

TEST(DecisionBody, OfTheSameWayHasTheSameShape) {
  const DecisionBody one = encodeDecision(someDecision(1)), other = encodeDecision(someDecision(2));
  EXPECT_EQ(one.shape, other.shape);
  EXPECT_NE(one.counts, other.counts);
}

TEST(DecisionBody, TakesWhatIsNoText) {
  Decision decision;
  decision.rules = {{1, false, "path-pattern /\xff*"}};
  const DecisionBody body = encodeDecision(decision);
  const auto back = decodeDecision(body.shape, body.counts);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->rules[0].failed, "path-pattern /\xef\xbf\xbd*");
}

TEST(DecisionBody, RefusesWhatIsNone) {
  const DecisionBody body = encodeDecision(someDecision(1));
  EXPECT_FALSE(decodeDecision("", body.counts));
  EXPECT_FALSE(decodeDecision("[]", body.counts));
  EXPECT_FALSE(decodeDecision("{\"a\":1}", body.counts));
  EXPECT_FALSE(decodeDecision(body.shape, body.counts.substr(0, 2)));
  EXPECT_FALSE(decodeDecision(body.shape, std::string(body.counts.size(), '\x7f')));
}

TEST(TraceBytes, AreOfTheBalancersFormAlone) {
  const std::string id = "Root=1-69a554f5-0a1b2c3d4e5f60718293a4bF";
  EXPECT_FALSE(packTrace(id));
  EXPECT_FALSE(packTrace(""));
  EXPECT_FALSE(packTrace("Root=1-69a554f5-0a1b2c3d4e5f60718293a4b"));
  EXPECT_FALSE(packTrace("Root=1-69a554f5+0a1b2c3d4e5f60718293a4b5"));
  EXPECT_FALSE(packTrace("Root=2-69a554f5-0a1b2c3d4e5f60718293a4b5"));
  const std::string own = "Root=1-69a554f5-0a1b2c3d4e5f60718293a4b5";
  const auto bytes = packTrace(own);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->size(), kTraceBytes);
  EXPECT_EQ(unpackTrace(*bytes), own);
}

class HistoryDecisions : public testing::Test {
 protected:
  void write(std::optional<Decision> decision) {
    auto record = std::make_shared<observe::StreamRecord>(*test::randomRecord(random_));
    if (decision) record->decision = std::make_shared<const Decision>(std::move(*decision));
    observe::Event event{.kind = observe::EventKind::StreamEnded};
    event.record = std::move(record);
    rows_.write(std::span(&event, 1));
  }
  std::vector<Entry> all() {
    auto reader = Reader::open(file_);
    return (*reader)->page(Filter(), Order::OldestFirst, 0, 1'000).value();
  }

  test::TemporaryFolder folder_;
  const std::string file_ = folder_.path() + "/history.db";
  Database database_{file_, Database::Access::ReadWrite};
  RowWriter rows_{withTables(database_)};
  std::mt19937 random_{5};

 private:
  static Database& withTables(Database& database) {
    EXPECT_TRUE(bringToSchema(database));
    return database;
  }
};

TEST_F(HistoryDecisions, AreOfTheirEntries) {
  write(someDecision(1));
  write(std::nullopt);
  write(someDecision(2));
  const auto entries = all();
  ASSERT_EQ(entries.size(), 3U);
  ASSERT_TRUE(entries[0].record->decision);
  EXPECT_EQ(*entries[0].record->decision, someDecision(1));
  EXPECT_FALSE(entries[1].record->decision);
  ASSERT_TRUE(entries[2].record->decision);
  EXPECT_EQ(*entries[2].record->decision, someDecision(2));
  EXPECT_EQ(database_.number("SELECT count(DISTINCT shape) FROM decisions"), 1);
}

TEST_F(HistoryDecisions, GoWithTheirEntries) {
  for (int i = 0; i < 10; ++i)
    write(someDecision(i));
  EXPECT_EQ(rows_.pruneEntries(WallTime(), 4), 4);
  EXPECT_EQ(database_.number("SELECT min(id) FROM decisions"), 5);
  EXPECT_EQ(database_.number("SELECT count(*) FROM decisions"), 6);
}

TEST_F(HistoryDecisions, ThatAreTooLargeAreLeftOut) {
  Decision large = someDecision(1);
  for (int i = 0; i < 2'000; ++i)
    large.choices[0].candidates.push_back(large.choices[0].candidates[1]);
  write(large);
  write(someDecision(1));
  const auto entries = all();
  EXPECT_FALSE(entries[0].record->decision);
  EXPECT_TRUE(entries[1].record->decision);
}

}  // namespace
}  // namespace spillway::history
