// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/core.h>

#include <random>
#include <stdexcept>
#include <vector>

#include "engine/history/row_writer.h"
#include "engine/history/schema.h"
#include "tests/bench/micro/records.h"
#include "tests/bench/window/modes.h"

namespace spillway::bench {
namespace {

constexpr std::int64_t kBatch = 5000;
constexpr std::chrono::microseconds kSpan = std::chrono::hours(6);

/// One of every hundred was answered by the balancer; 1,000 paths, 20 targets, 500 clients.
std::shared_ptr<const observe::StreamRecord> requestAt(WallTime ended, std::mt19937& random) {
  observe::StreamRecord record = unaryCall();
  auto head = std::make_shared<observe::StreamHead>(*record.head);
  const std::uint32_t dice = random() % 1000;
  record.ended = ended;
  record.durationMicros = 200 + static_cast<std::int64_t>(random() % 40'000);
  head->id = random();
  head->started = ended - std::chrono::microseconds(record.durationMicros);
  head->listener = "HTTP:50051";
  head->path = fmt::format("/routeguide.RouteGuide/GetFeature{}", random() % 1000);
  head->client = fmt::format("127.0.0.1:{}", 40'000 + random() % 500);
  record.target = fmt::format("127.0.0.{}:50061", 1 + random() % 20);
  record.targets = {{record.target, 200}};
  record.traceId = fmt::format("Root=1-{:08x}-{:08x}{:08x}{:08x}", random(), random(), random(), random());
  record.receivedBytes = 150 + random() % 100;
  record.sentBytes = 200 + random() % 2000;
  if (dice < 10) {
    record.elbStatus = dice < 5 ? 502 : 503;
    record.targetStatus = 0;
    record.grpcStatus = 14;
    record.fromBalancer = true;
    record.cause = "the target refused the connection";
  }
  record.head = std::move(head);
  return std::make_shared<const observe::StreamRecord>(std::move(record));
}

}  // namespace

void fillHistory(const std::string& file, std::int64_t entries) {
  history::Database database(file, history::Database::Access::ReadWrite);
  database.run("PRAGMA journal_mode = WAL");
  database.run("PRAGMA synchronous = OFF");
  if (const auto schema = history::bringToSchema(database); !schema)
    throw std::runtime_error(schema.error().detail);
  history::RowWriter rows(database);
  std::mt19937 random(5);
  const WallTime begin = wallNow() - kSpan;
  std::vector<observe::Event> batch;
  for (std::int64_t id = 1; id <= entries; ++id) {
    observe::Event& event = batch.emplace_back();
    event.kind = observe::EventKind::StreamEnded;
    event.record = requestAt(begin + kSpan * id / entries, random);
    if (batch.size() < kBatch && id < entries) continue;
    rows.write(batch);
    batch.clear();
  }
}

}  // namespace spillway::bench
