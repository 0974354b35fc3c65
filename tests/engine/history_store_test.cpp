// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/history_fixture.h"

namespace spillway::history {
namespace {

using observe::Event;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
    Event event{.kind = observe::EventKind::Health, .time = health->time};
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

}  // namespace
}  // namespace spillway::history
