// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/store.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "engine/history/database.h"
#include "engine/history/reader.h"
#include "engine/history/row_writer.h"
#include "engine/history/schema.h"
#include "engine/history/text_numbers.h"
#include "engine/observe/access_log_format.h"
#include "tests/support/random_records.h"
#include "tests/support/temporary_folder.h"

namespace spillway::history {
namespace {

using observe::Event;
using observe::EventKind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Event ended(std::shared_ptr<const observe::StreamRecord> record) {
  Event event{.kind = EventKind::StreamEnded};
  event.time = wallNow();
  event.record = std::move(record);
  return event;
}

/// The random records are of some day.
constexpr auto kForEver = std::chrono::days(36'500);

/// A bus whose events a store writes.
class HistoryStoreTest : public testing::Test {
 protected:
  void begin(StoreOptions options = {.bounds = {.longest = kForEver}}) {
    options.file = file_;
    observe::SubscriptionOptions wanted;
    wanted.details = false;
    store_ = std::make_unique<Store>(std::move(options), bus_.subscribe(wanted));
  }
  void emit(int records) {
    for (int i = 0; i < records; ++i) {
      written_.push_back(test::randomRecord(random_));
      sink_.emitKept(ended(written_.back()));
    }
    flush();
  }
  /// Entries of now, which age.
  void emitYoung(int records) {
    for (int i = 0; i < records; ++i) {
      auto young = std::make_shared<observe::StreamRecord>(*test::randomRecord(random_));
      young->ended = wallNow();
      sink_.emitKept(ended(std::move(young)));
    }
    flush();
  }
  void emitHealth(int results, WallTime time) {
    for (int i = 0; i < results; ++i) {
      auto health = std::make_shared<observe::HealthEvent>();
      health->target = {"app", "127.0.0.1", 1};
      health->address = "127.0.0.1:1";
      health->time = time;
      Event event{.kind = EventKind::Health};
      event.health = std::move(health);
      sink_.emitKept(std::move(event));
    }
    flush();
  }
  void flush() {
    sink_.flush();
    bus_.flush();
    store_->flush();
  }
  std::vector<Entry> all() {
    auto reader = Reader::open(file_);
    if (!reader) ADD_FAILURE() << reader.error().detail;
    return (*reader)->page(Filter(), Order::OldestFirst, 0, 1'000'000).value();
  }
  /// Until the store's looks at itself have made it so.
  template <class Condition>
  void waitUntil(Condition&& holds) {
    const TimePoint limit = SteadyClock::now() + std::chrono::seconds(20);
    while (!holds(store_->status()) && SteadyClock::now() < limit)
      store_->flush();
    EXPECT_TRUE(holds(store_->status())) << store_->status().trouble;
  }

  test::TemporaryFolder folder_;
  const std::string file_ = folder_.path() + "/data/history.db";
  observe::EventBus bus_;
  observe::EventSink& sink_ = bus_.addSink();
  std::mt19937 random_{7};
  std::vector<std::shared_ptr<const observe::StreamRecord>> written_;
  std::unique_ptr<Store> store_;
};

/// All that is stored, in words.
std::string describe(const observe::StreamRecord& record) {
  std::string words = observe::formatAccessLogLine(record);
  const auto add = [&](const auto& part) { words += '|' + testing::PrintToString(part); };
  const observe::StreamHead& head = *record.head;
  add(head.id), add(head.isGrpc), add(head.listener), add(head.targetGroup), add(head.scheme);
  add(record.durationMicros), add(record.availabilityZone), add(record.fromBalancer), add(record.grpcStatus);
  add(record.grpcMessage), add(record.requestMessages), add(record.responseMessages);
  add(observe::toString(record.kind)), add(observe::toString(record.outcome)), add(record.cause);
  add(record.attempts), add(record.failOpen), add(observe::toString(record.endedBy)),
      add(record.endedBecause);
  add(record.certificate), add(record.requestProcessingMicros), add(record.targetProcessingMicros);
  return words;
}

TEST_F(HistoryStoreTest, GivesBackWhatWasWritten) {
  begin();
  emit(3000);
  const std::vector<Entry> entries = all();
  ASSERT_EQ(entries.size(), written_.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].id, static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(describe(*entries[i].record), describe(*written_[i]));
  }
  EXPECT_THAT(store_->status().trouble, IsEmpty());
}

TEST_F(HistoryStoreTest, GoesOnWhereItEnded) {
  begin();
  emit(10);
  store_.reset();
  begin();
  emit(10);
  EXPECT_EQ(all().size(), 20U);
}

TEST_F(HistoryStoreTest, WritesWhatHasComeBeforeItEnds) {
  begin();
  sink_.emitKept(ended(test::randomRecord(random_)));
  bus_.flush();
  store_.reset();
  EXPECT_EQ(all().size(), 1U);
}

TEST_F(HistoryStoreTest, IsReadableByItsOwnerAlone) {
  begin();
  emit(1);
  for (const char* end : {"", "-wal", "-shm"}) {
    const auto rights = std::filesystem::status(file_ + end).permissions();
    EXPECT_EQ(rights & std::filesystem::perms(077), std::filesystem::perms::none) << end;
  }
}

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
  }
  // The clock is right again: ages tell.
  store_->limit({1'000'000'000, std::chrono::seconds(0)});
  waitUntil([](const StoreStatus& status) { return status.entries == 0; });
}

TEST_F(HistoryStoreTest, IsReadByManyWhileItIsWrittenAndCut) {
  begin({.bounds = {.mostBytes = 1'500'000, .longest = kForEver}});
  emit(10);
  std::atomic<bool> isOver{false};
  std::atomic<int> pages{0};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&, order = i % 2 ? Order::OldestFirst : Order::NewestFirst] {
      auto reader = Reader::open(file_).value();
      while (!isOver) {
        const auto page = reader->page(Filter(), order, 0, 500);
        ASSERT_TRUE(page) << page.error().detail;
        for (std::size_t at = 1; at < page->size(); ++at)
          ASSERT_EQ(std::abs((*page)[at].id - (*page)[at - 1].id), 1);
        ++pages;
      }
    });
  }
  for (int i = 0; i < 10; ++i)
    emit(1000);
  waitUntil([&](const StoreStatus& status) { return status.bytes <= 1'500'000 && pages > 50; });
  isOver = true;
  readers.clear();
  EXPECT_EQ(store_->status().dropped, 0U);
  EXPECT_EQ(describe(*all().back().record), describe(*written_.back()));
}

TEST_F(HistoryStoreTest, ASearchEndsWhenItIsTold) {
  begin();
  emit(10'000);  // more work than lies between two questions
  auto reader = Reader::open(file_).value();
  const auto filter = Filter::parse("path ~ \"(a|b)*zzz\" or cause ~ \"x+y\"", wallNow());
  ASSERT_TRUE(filter);
  int questions = 0;
  reader->endWhen([&] { return ++questions > 0; });
  const auto count = reader->count(*filter);
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, ErrorCode::Drained);
  EXPECT_EQ(questions, 1);
  reader->endWhen([] { return false; });
  EXPECT_TRUE(reader->count(*filter));
}

TEST_F(HistoryStoreTest, AFileWithoutTablesIsNotBegun) {
  EXPECT_FALSE(Reader::hasBegun(file_));
  std::filesystem::create_directories(folder_.path() + "/data");
  std::ofstream(file_).close();
  EXPECT_FALSE(Reader::hasBegun(file_));
  begin();
  emit(1);
  EXPECT_TRUE(Reader::hasBegun(file_));
}

TEST_F(HistoryStoreTest, SetsAFileAsideWhoseMiddleIsDamaged) {
  begin();
  emit(3000);
  store_.reset();
  {
    std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = std::filesystem::file_size(file_);
    file.seekp(2 * 4096);
    file << std::string(size - std::size_t{2 * 4096}, 'x');
  }
  const auto reader = Reader::open(file_);  // opens, but finds nothing in it
  EXPECT_TRUE(reader && !(*reader)->isReplaced());
  begin();
  emit(5);
  flush();
  EXPECT_THAT(store_->status().setAside, HasSubstr("history.db.damaged-"));
  EXPECT_TRUE(reader && (*reader)->isReplaced());
  EXPECT_EQ(all().size(), 5U);
}

TEST_F(HistoryStoreTest, SetsADamagedFileAside) {
  std::filesystem::create_directories(folder_.path() + "/data");
  std::ofstream(file_) << std::string(10'000, 'x');
  begin();
  emit(5);
  flush();
  EXPECT_EQ(all().size(), 5U);
  const std::string aside = store_->status().setAside;
  EXPECT_THAT(aside, HasSubstr("history.db.damaged-"));
  EXPECT_EQ(std::filesystem::file_size(aside), 10'000U);
}

TEST_F(HistoryStoreTest, LeavesANewerVersionsFileAlone) {
  begin();
  emit(5);
  store_.reset();
  {
    Database database(file_, Database::Access::ReadWrite);
    database.run("PRAGMA user_version = 999");
  }
  begin();
  emit(5);
  EXPECT_THAT(store_->status().trouble, HasSubstr("newer"));
  EXPECT_THAT(Reader::open(file_).error().detail, HasSubstr("newer"));
  Database database(file_, Database::Access::ReadOnly);
  EXPECT_EQ(database.number("SELECT count(*) FROM entries"), 5);
}

TEST_F(HistoryStoreTest, SaysWhenItsFolderCannotBeMadeAndGoesOnLater) {
  std::ofstream(folder_.path() + "/data") << "in the way";
  begin();
  emit(5);
  EXPECT_THAT(store_->status().trouble, HasSubstr(file_));
  std::filesystem::remove(folder_.path() + "/data");
  waitUntil([](const StoreStatus& status) { return status.trouble.empty(); });
  flush();
  EXPECT_EQ(all().size(), 5U);
}

TEST_F(HistoryStoreTest, TellsTheChangesOfATargetsHealthNewestFirst) {
  begin();
  const TargetId target{"group", "127.0.0.1", 50061}, other{"group", "127.0.0.1", 50062};
  const WallTime start = wallNow();
  for (int i = 0; i < 10; ++i) {
    auto health = std::make_shared<observe::HealthEvent>();
    health->target = i == 8 ? other : target;
    health->time = start + std::chrono::seconds(i);
    health->state = i % 2 == 0 ? observe::TargetState::Healthy : observe::TargetState::Unhealthy;
    health->reason = observe::HealthReason::Timeout;
    health->detail = std::to_string(i);
    health->changed = i % 3 != 0;
    if (i == 4) health->code = 14;
    Event event{.kind = EventKind::Health, .time = health->time};
    event.health = health;
    sink_.emitKept(std::move(event));
  }
  flush();
  auto reader = Reader::open(file_).value();
  const auto told = [&](WallTime end, std::size_t limit) {
    std::vector<std::string> details;
    const auto changes = reader->healthChanges(target, end, limit).value();
    for (const auto& change : changes)
      details.push_back(change.detail);
    return details;
  };
  EXPECT_THAT(told(start + std::chrono::minutes(1), 100), testing::ElementsAre("7", "5", "4", "2", "1"));
  EXPECT_THAT(told(start + std::chrono::seconds(5), 2), testing::ElementsAre("4", "2"));
  const auto change = reader->healthChanges(target, start + std::chrono::seconds(5), 1).value().at(0);
  EXPECT_EQ(change.target, target);
  EXPECT_EQ(change.time, start + std::chrono::seconds(4));
  EXPECT_EQ(change.state, observe::TargetState::Healthy);
  EXPECT_EQ(change.reason, observe::HealthReason::Timeout);
  EXPECT_EQ(change.code, 14U);
  EXPECT_TRUE(change.changed);
  EXPECT_FALSE(change.isCheck);
}

TEST_F(HistoryStoreTest, TwoMayWriteTheSameFile) {
  begin();
  observe::EventBus otherBus;
  observe::EventSink& otherSink = otherBus.addSink();
  Store other({file_, {.longest = kForEver}}, otherBus.subscribe({.details = false}));
  for (int i = 0; i < 20; ++i) {
    emit(100);
    for (int j = 0; j < 100; ++j)
      otherSink.emitKept(ended(test::randomRecord(random_)));
    otherBus.flush();
    other.flush();
  }
  EXPECT_EQ(all().size(), 4000U);
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

/// The database of a store, by itself.
class HistoryFileTest : public testing::Test {
 protected:
  HistoryFileTest() { EXPECT_TRUE(bringToSchema(database_)); }
  test::TemporaryFolder folder_;
  Database database_{folder_.path() + "/history.db", Database::Access::ReadWrite};
};

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
