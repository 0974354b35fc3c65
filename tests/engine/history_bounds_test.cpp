// SPDX-License-Identifier: GPL-3.0-or-later
// What the history does when it is too large, too old, or has no room.
#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "engine/history/row_writer.h"
#include "engine/history/text_numbers.h"
#include "tests/support/history_fixture.h"

namespace spillway::history {
namespace {

using observe::Event;

TEST_F(HistoryStoreTest, TakesTheOldestAwayWhenItIsTooLarge) {
  constexpr std::uint64_t kMost = 2'000'000;
  begin();
  for (int i = 0; i < 10; ++i)
    emit(3000);
  waitUntil([&](const StoreStatus& status) { return status.entries == 30'000; });
  EXPECT_GT(store_->status().bytes, kMost);
  store_->limit({kMost, kForEver});
  waitUntil([&](const StoreStatus& status) { return status.bytes <= kMost; });
  store_.reset();
  const std::vector<Entry> entries = all();
  ASSERT_LT(entries.size(), written_.size());
  ASSERT_GT(entries.size(), 3000U);
  EXPECT_EQ(describe(*entries.back().record), describe(*written_.back()));
  EXPECT_EQ(entries.back().id - entries.front().id + 1, static_cast<std::int64_t>(entries.size()));
}

TEST_F(HistoryStoreTest, WritingGoesOnWhileItShrinks) {
  constexpr std::uint64_t kMost = 2'000'000;
  begin();
  for (int i = 0; i < 10; ++i)
    emit(3000);
  store_->limit({kMost, kForEver});
  EXPECT_EQ(store_->status().bounds, (Bounds{kMost, kForEver}));
  const TimePoint limit = SteadyClock::now() + std::chrono::seconds(20);
  do {
    emit(100);
    auto reader = Reader::open(file_);
    ASSERT_TRUE(reader) << reader.error().detail;
    const auto newest = (*reader)->page(Filter(), Order::NewestFirst, 0, 100).value();
    ASSERT_EQ(newest.size(), 100U);
    EXPECT_EQ(newest.front().id, static_cast<std::int64_t>(written_.size()));
  } while ((store_->status().entries >= written_.size() || store_->status().bytes > kMost) &&
           SteadyClock::now() < limit);
  EXPECT_LE(store_->status().bytes, kMost);
  EXPECT_EQ(store_->status().dropped, 0U);
  store_.reset();
  const std::vector<Entry> left = all();
  ASSERT_GT(left.size(), 3000U);
  EXPECT_EQ(left.back().id, static_cast<std::int64_t>(written_.size()));
  EXPECT_EQ(left.back().id - left.front().id + 1, static_cast<std::int64_t>(left.size()));
}

TEST_F(HistoryStoreTest, TakesOldEntriesAway) {
  begin();
  emit(5000);
  emitYoung(1);
  ASSERT_EQ(all().size(), 5001U);
  store_->limit({1'000'000'000, std::chrono::seconds(3600)});
  waitUntil([](const StoreStatus& status) { return status.entries == 1; });
  EXPECT_EQ(all().at(0).id, 5001);
}

TEST_F(HistoryStoreTest, OfAllThatIsTooMuchTheOldestGoesFirst) {
  constexpr std::uint64_t kMost = 1'000'000;
  begin();
  const WallTime lastWeek = wallNow() - std::chrono::days(7);
  for (int i = 0; i < 10; ++i)
    emitHealth(2000, lastWeek + std::chrono::minutes(i));
  emitYoung(100);
  waitUntil([&](const StoreStatus& status) { return status.bytes > kMost; });
  store_->limit({kMost, kForEver});
  waitUntil([&](const StoreStatus& status) { return status.bytes <= kMost; });
  EXPECT_EQ(all().size(), 100U);
  Database database(file_, Database::Access::ReadOnly);
  EXPECT_GT(database.number("SELECT count(*) FROM health"), 2000);
  EXPECT_LT(database.number("SELECT count(*) FROM health"), 20'000);
  const auto newest = std::chrono::duration_cast<std::chrono::microseconds>(
      (lastWeek + std::chrono::minutes(9)).time_since_epoch());
  EXPECT_EQ(database.number("SELECT max(time) FROM health"), newest.count());
}

TEST_F(HistoryStoreTest, SecondsOfMetricsMakeRoomTooWhereNothingElseCan) {
  constexpr std::uint64_t kMost = 600'000;
  begin();
  const WallTime start = wallNow() - std::chrono::minutes(20);
  for (int second = 0; second < 500; ++second) {
    observe::NamedFrame frame{
        start + std::chrono::seconds(second), start + std::chrono::seconds(second + 1), {}};
    for (std::uint16_t port = 1; port <= 40; ++port)
      frame.slices.emplace_back(
          TargetId{"app", "127.0.0.1", port},
          observe::MetricSlice{.samples = {{observe::SeriesMetric::of(observe::Count::Requests), 3}}});
    store_->keep(std::move(frame));
  }
  waitUntil([&](const StoreStatus& status) { return status.bytes > kMost; });
  store_->limit({kMost, kForEver});
  waitUntil([&](const StoreStatus& status) { return status.bytes <= kMost; });
  auto reader = Reader::open(file_).value();
  // The newest minute is the last to go.
  const WallTime end = start + std::chrono::seconds(500);
  observe::SeriesSum sum({end - std::chrono::seconds(60), end, std::chrono::seconds(1)});
  ASSERT_TRUE(reader->sumMetrics(TargetId{"app", "127.0.0.1", 7}, wallNow(), sum));
  double requests = 0;
  for (const auto& point : sum.values(observe::SeriesMetric::of(observe::Count::Requests)))
    requests += std::isnan(point.value) ? 0 : point.value;
  EXPECT_NEAR(requests, 3 * 60, 3);  // wallNow() is seldom a whole second
}

std::atomic<int> hoursOff{0};

TEST_F(HistoryStoreTest, AClockThatJumpsTakesNothingAway) {
  hoursOff = 0;
  begin({.bounds = {.longest = std::chrono::hours(1)},
         .clock = [] { return wallNow() + std::chrono::hours(hoursOff); }});
  std::uint64_t entries = 0;
  for (const int off : {0, 1000, -1000, 30, 0}) {
    hoursOff = off;
    emitYoung(10);
    entries += 10;
    // Told by the look that takes the old ones away.
    waitUntil([&](const StoreStatus& status) { return status.entries >= entries; });
    EXPECT_EQ(all().size(), entries) << off;
    const std::string jumped = off == 0 ? "" : off > 0 ? "The clock jumped forward" : "The clock jumped back";
    waitUntil([&](const StoreStatus& status) {
      return status.trouble.starts_with(jumped) && status.trouble.empty() == jumped.empty();
    });
  }
  // The clock is right again: ages tell.
  store_->limit({1'000'000'000, std::chrono::seconds(0)});
  waitUntil([](const StoreStatus& status) { return status.entries == 0; });
}

TEST_F(HistoryStoreTest, AClockThatIsWrongFromTheStartTakesNothingAwayForAnHour) {
  constexpr Bounds kADay{.longest = std::chrono::hours(24)};
  begin({.bounds = kADay});
  emitYoung(10);
  store_.reset();
  begin({.bounds = kADay, .clock = [] { return wallNow() + std::chrono::hours(1000); }});
  waitUntil([](const StoreStatus& status) { return status.trouble.starts_with("By the clock, which said"); });
  EXPECT_EQ(all().size(), 10U);
  emitYoung(10);
  EXPECT_EQ(all().size(), 20U);
  store_.reset();
  begin({.bounds = kADay});
  waitUntil([](const StoreStatus& status) { return status.entries == 20; });
  EXPECT_EQ(store_->status().trouble, "");
}

TEST_F(HistoryStoreTest, CountsWhatItCannotKeepUpWith) {
  std::ofstream(folder_.path() + "/data") << "in the way";
  observe::SubscriptionOptions wanted{.details = false, .decisionsPerSecond = 0, .capacity = 1024};
  store_ = std::make_unique<Store>(StoreOptions{file_, {.longest = kForEver}}, bus_.subscribe(wanted));
  emit(5000);
  waitUntil([](const StoreStatus& status) { return status.dropped > 0; });
  std::filesystem::remove(folder_.path() + "/data");
  waitUntil([](const StoreStatus& status) { return status.trouble.empty(); });
  flush();
  EXPECT_EQ(all().size() + store_->status().dropped, 5000U);
}

TEST_F(HistoryFileTest, ABatchThatFindsNoRoomIsNotThereAndCanBeWrittenLater) {
  std::mt19937 random(1);
  std::vector<Event> events;
  for (int i = 0; i < 2000; ++i)
    events.push_back(ended(test::randomRecord(random)));
  RowWriter rows(database_);
  database_.run("PRAGMA max_page_count = 60");
  try {
    rows.write(events);
    FAIL() << "There was room.";
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.isFull());
  }
  EXPECT_EQ(database_.number("SELECT count(*) FROM entries"), 0);
  database_.run("PRAGMA max_page_count = 1000000");
  rows.write(events);
  EXPECT_EQ(database_.number("SELECT count(*) FROM entries"), 2000);
}

TEST_F(HistoryFileTest, NoStepOfShrinkingIsLong) {
  constexpr std::int64_t kMostAtOnce = 4000;
  std::mt19937 random(1);
  std::vector<Event> events;
  for (int i = 0; i < 10'000; ++i)
    events.push_back(ended(test::randomRecord(random)));
  RowWriter rows(database_);
  rows.write(events);
  std::int64_t gone = 0;
  for (int steps = 0; rows.count() > 0; ++steps) {
    ASSERT_LT(steps, 10);
    const std::int64_t before = database_.number("SELECT count(*) FROM entries");
    const std::int64_t step = rows.pruneEntries(wallNow() + kForEver, 0);
    EXPECT_GT(step, 0);
    EXPECT_LE(step, kMostAtOnce);
    gone += step;
    EXPECT_EQ(database_.number("SELECT count(*) FROM entries"), before - step);
    if (rows.count() > 0) {
      EXPECT_EQ(database_.number("SELECT min(id) FROM entries"), gone + 1);
    }
  }
  EXPECT_EQ(gone, 10'000);
}

TEST_F(HistoryFileTest, NumbersEachTextOnceAndForgetsTheUnused) {
  TextNumbers texts(database_);
  EXPECT_EQ(texts.numberOf("", 1), 0);
  const std::int64_t a = texts.numberOf("a", 1), b = texts.numberOf("b", 1);
  EXPECT_NE(a, b);
  EXPECT_EQ(texts.numberOf("a", 2), a);
  TextNumbers others(database_);  // another program's, which knows b
  EXPECT_EQ(others.numberOf("b", 1), b);
  texts.forgetBefore(2);
  EXPECT_EQ(texts.numberOf("a", 3), a);
  const std::int64_t again = others.numberOf("b", 3);
  EXPECT_NE(again, b);
  EXPECT_EQ(texts.numberOf("b", 3), again);
}

}  // namespace
}  // namespace spillway::history
