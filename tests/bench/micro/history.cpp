// SPDX-License-Identifier: GPL-3.0-or-later
#include <benchmark/benchmark.h>

#include <vector>

#include "engine/history/row_writer.h"
#include "engine/history/schema.h"
#include "tests/bench/micro/records.h"
#include "tests/support/temporary_folder.h"

namespace spillway::bench {
namespace {

constexpr std::size_t kBatch = 2000;

/// Rows of the history, in transactions of 2,000; time per row.
void historyRows(benchmark::State& state) {
  const test::TemporaryFolder folder;
  history::Database database(folder.file("history.db"), history::Database::Access::ReadWrite);
  database.run("PRAGMA journal_mode = WAL");
  database.run("PRAGMA synchronous = NORMAL");
  if (!history::bringToSchema(database)) return state.SkipWithError("no schema");
  history::RowWriter rows(database);
  observe::Event event{.kind = observe::EventKind::StreamEnded};
  event.record = std::make_shared<const observe::StreamRecord>(unaryCall());
  const std::vector<observe::Event> batch(kBatch, event);
  for (auto _ : state)
    rows.write(batch);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
  state.counters["bytes/row"] =
      static_cast<double>(database.number("PRAGMA page_count") * database.number("PRAGMA page_size")) /
      static_cast<double>(state.iterations() * kBatch);
}
BENCHMARK(historyRows);

}  // namespace
}  // namespace spillway::bench
