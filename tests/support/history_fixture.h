// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/history/database.h"
#include "engine/history/reader.h"
#include "engine/history/schema.h"
#include "engine/history/store.h"
#include "engine/observe/access_log_format.h"
#include "tests/support/random_records.h"
#include "tests/support/temporary_folder.h"

namespace spillway::history {

inline observe::Event ended(std::shared_ptr<const observe::StreamRecord> record) {
  observe::Event event{.kind = observe::EventKind::StreamEnded};
  event.time = wallNow();
  event.record = std::move(record);
  return event;
}

/// The random records are of some day.
inline constexpr auto kForEver = std::chrono::days(36'500);

/// All that is stored, in words.
inline std::string describe(const observe::StreamRecord& record) {
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
      observe::Event event{.kind = observe::EventKind::Health};
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

/// The database of a store, by itself.
class HistoryFileTest : public testing::Test {
 protected:
  HistoryFileTest() { EXPECT_TRUE(bringToSchema(database_)); }
  test::TemporaryFolder folder_;
  Database database_{folder_.path() + "/history.db", Database::Access::ReadWrite};
};

}  // namespace spillway::history
