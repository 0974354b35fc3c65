// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <random>

#include "engine/history/database.h"
#include "engine/history/reader.h"
#include "engine/history/row_writer.h"
#include "engine/history/schema.h"
#include "engine/history/store.h"
#include "tests/support/random_records.h"
#include "tests/support/temporary_folder.h"

namespace spillway::history {
namespace {

/// What version 1 made, word for word: a file of a person who has not updated since.
constexpr const char* kVersion1 = R"(
PRAGMA auto_vacuum = INCREMENTAL;
CREATE TABLE texts (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL);
INSERT INTO texts VALUES (0, '', 9223372036854775807);
CREATE TABLE entries (id INTEGER PRIMARY KEY, time INTEGER, started INTEGER, duration INTEGER,
 request_time INTEGER, target_time INTEGER, response_time INTEGER, stream INTEGER, type INTEGER, status INTEGER,
 target_status INTEGER, grpc_status INTEGER, bytes_received INTEGER, bytes_sent INTEGER,
 messages_received INTEGER, messages_sent INTEGER, kind INTEGER, outcome INTEGER, ended_by INTEGER,
 flags INTEGER, attempts INTEGER, compliance INTEGER, client_port INTEGER, load_balancer INTEGER NOT NULL,
 listener INTEGER NOT NULL, target_group INTEGER NOT NULL, target INTEGER NOT NULL, zone INTEGER NOT NULL,
 client_ip INTEGER NOT NULL, method INTEGER NOT NULL, scheme INTEGER NOT NULL, authority INTEGER NOT NULL,
 path INTEGER NOT NULL, service INTEGER NOT NULL, grpc_method INTEGER NOT NULL, user_agent INTEGER NOT NULL,
 rule INTEGER NOT NULL, actions INTEGER NOT NULL, error_reason INTEGER NOT NULL,
 compliance_reason INTEGER NOT NULL, cause INTEGER NOT NULL, ended_because INTEGER NOT NULL,
 redirect_url INTEGER NOT NULL, http_version INTEGER NOT NULL, listener_address INTEGER NOT NULL,
 tls_cipher INTEGER NOT NULL, tls_protocol INTEGER NOT NULL, sni INTEGER NOT NULL,
 certificate INTEGER NOT NULL, grpc_message INTEGER NOT NULL, connection_trace_id INTEGER NOT NULL,
 transformed_host INTEGER NOT NULL, transformed_uri INTEGER NOT NULL, transform_status INTEGER NOT NULL,
 targets_tried INTEGER NOT NULL, trace_id TEXT NOT NULL);
CREATE INDEX entries_time ON entries (time);
CREATE INDEX entries_status ON entries (status);
CREATE INDEX entries_grpc_status ON entries (grpc_status) WHERE grpc_status IS NOT NULL;
CREATE INDEX entries_target ON entries (target);
CREATE TABLE health (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, load_balancer TEXT NOT NULL,
 target_group TEXT NOT NULL, target TEXT NOT NULL, port INTEGER NOT NULL, address TEXT NOT NULL,
 state INTEGER NOT NULL, previous INTEGER NOT NULL, reason INTEGER NOT NULL, description TEXT NOT NULL,
 code INTEGER, detail TEXT NOT NULL, latency INTEGER NOT NULL, flags INTEGER NOT NULL);
CREATE INDEX health_time ON health (time);
INSERT INTO texts (id, text, epoch) VALUES (1, '/kept', 0), (2, 'desk', 0);
INSERT INTO entries VALUES (41, 1790000000000000, 1790000000000000, 1500, 1, 2, 3, 7, 1, 404, 404, NULL, 10, 20,
 0, 0, 0, 0, 0, 0, 1, 0, 55555, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
 0, 0, 0, 0, 0, 'Root=1-2');
PRAGMA user_version = 1;
)";

/// A file of version 1 with one entry.
class HistoryOfVersion1 : public testing::Test {
 protected:
  HistoryOfVersion1() {
    Database database(file_, Database::Access::ReadWrite);
    database.run("PRAGMA journal_mode = WAL");
    database.run(kVersion1);
  }
  static void expectTheOldEntry(const Entry& entry) {
    EXPECT_EQ(entry.id, 41);
    EXPECT_EQ(entry.record->elbStatus, 404);
    EXPECT_EQ(entry.record->head->path, "/kept");
    EXPECT_EQ(entry.record->head->loadBalancer, "desk");
    EXPECT_EQ(entry.record->traceId, "Root=1-2");
    EXPECT_EQ(entry.record->durationMicros, 1500);
  }

  test::TemporaryFolder folder_;
  const std::string file_ = folder_.path() + "/history.db";
};

TEST_F(HistoryOfVersion1, IsReadAsItIsAndFurtherAfterItWasTakenToThisVersion) {
  const auto reader = Reader::open(file_);
  ASSERT_TRUE(reader) << reader.error().detail;
  const auto filter = Filter::parse("header[\"x-canary\"] = yes", wallNow());
  EXPECT_EQ((*reader)->count(*filter).value(), 0);
  expectTheOldEntry((*reader)->page(Filter(), Order::OldestFirst, 0, 10).value().at(0));

  Database database(file_, Database::Access::ReadWrite);
  ASSERT_TRUE(bringToSchema(database));
  std::mt19937 random(3);
  auto record = std::make_shared<observe::StreamRecord>(*test::randomRecord(random));
  auto head = std::make_shared<observe::StreamHead>(*record->head);
  head->keptFields = {{"x-id", "7"}, {"x-canary", "yes"}};
  record->head = head;
  observe::Event event{.kind = observe::EventKind::StreamEnded};
  event.record = record;
  RowWriter(database).write({&event, 1});
  EXPECT_EQ((*reader)->count(*filter).value(), 1);
  const auto entries = (*reader)->page(*filter, Order::OldestFirst, 0, 10);
  ASSERT_TRUE(entries) << entries.error().detail;
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_EQ(entries->front().record->head->keptFields, head->keptFields);
}

TEST_F(HistoryOfVersion1, IsTakenToThisVersionWithAllThatItHolds) {
  observe::EventBus bus;
  observe::EventSink& sink = bus.addSink();
  {
    Store store({.file = file_, .bounds = {.longest = std::chrono::days(36'500)}},
                bus.subscribe({.details = false}));
    std::mt19937 random(3);
    observe::Event event{.kind = observe::EventKind::StreamEnded};
    event.record = test::randomRecord(random);
    sink.emitKept(std::move(event));
    observe::NamedFrame second{wallNow() - std::chrono::seconds(2), wallNow() - std::chrono::seconds(1), {}};
    store.keep(std::move(second));
    sink.flush();
    bus.flush();
    store.flush();
    EXPECT_EQ(store.status().trouble, "");
    EXPECT_EQ(store.status().setAside, "");
  }
  auto reader = Reader::open(file_);
  ASSERT_TRUE(reader) << reader.error().detail;
  const auto entries = (*reader)->page(Filter(), Order::OldestFirst, 0, 10);
  ASSERT_TRUE(entries) << entries.error().detail;
  ASSERT_EQ(entries->size(), 2U);
  expectTheOldEntry(entries->front());
  EXPECT_EQ(entries->back().id, 42);
  const auto filter = Filter::parse("path = /kept and status = 4xx", wallNow());
  EXPECT_EQ((*reader)->count(*filter).value(), 1);
  Database database(file_, Database::Access::ReadOnly);
  EXPECT_EQ(database.number("PRAGMA user_version"), kSchemaVersion);
  EXPECT_EQ(database.number("SELECT count(*) FROM metrics"), 1);
}

}  // namespace
}  // namespace spillway::history
