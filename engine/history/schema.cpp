// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/schema.h"

#include <fmt/core.h>

#include "engine/history/entry_columns.h"

namespace spillway::history {
namespace {

/// Texts of entries; `epoch` is the newest stretch of entries that uses it, so that old ones can go.
constexpr const char* kTextsTable =
    "CREATE TABLE texts (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL UNIQUE, epoch INTEGER NOT "
    "NULL);"
    "INSERT INTO texts VALUES (0, '', 9223372036854775807)";

/// Health checks and changes of state; entries of target health.
constexpr const char* kHealthTable =
    "CREATE TABLE health (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, load_balancer TEXT NOT NULL,"
    " target_group TEXT NOT NULL, target TEXT NOT NULL, port INTEGER NOT NULL, address TEXT NOT NULL,"
    " state INTEGER NOT NULL, previous INTEGER NOT NULL, reason INTEGER NOT NULL, description TEXT NOT NULL,"
    " code INTEGER, detail TEXT NOT NULL, latency INTEGER NOT NULL, flags INTEGER NOT NULL)";

std::string entriesTable() {
  std::string sql = "CREATE TABLE entries (id INTEGER PRIMARY KEY";
  for (const NumberColumn& column : numberColumns())
    sql += fmt::format(", {} INTEGER", column.name);
  for (const TextColumn& column : textColumns())
    sql += fmt::format(", {} INTEGER NOT NULL", column.name);
  for (const OwnTextColumn& column : ownTextColumns())
    sql += fmt::format(", {} TEXT NOT NULL", column.name);
  return sql + ')';
}

/// What metric_rows.h says; times in seconds.
constexpr const char* kMetricTables =
    "CREATE TABLE metric_parts (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, first TEXT NOT NULL,"
    " second TEXT NOT NULL, port INTEGER NOT NULL, UNIQUE (kind, first, second, port));"
    "CREATE TABLE metrics (id INTEGER PRIMARY KEY, part INTEGER NOT NULL, begin INTEGER NOT NULL,"
    " end INTEGER NOT NULL, is_minute INTEGER NOT NULL, body BLOB NOT NULL);"
    "CREATE INDEX metrics_part ON metrics (part, begin);"
    "CREATE INDEX metrics_begin ON metrics (is_minute, begin)";

/// The changes of a target's health, of which there are few among its checks.
constexpr const char* kHealthChangesIndex =
    "CREATE INDEX IF NOT EXISTS health_changes ON health (target_group, target, port, time) WHERE flags & 1";

/// What passed on streams: capture_rows.h.
constexpr const char* kCapturesTable =
    "CREATE TABLE captures (id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, started INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, body BLOB NOT NULL);"
    "CREATE INDEX captures_stream ON captures (stream, started)";

/// Decision traces: decision_rows.h.
constexpr const char* kDecisionsTable =
    "CREATE TABLE decisions (id INTEGER PRIMARY KEY, shape INTEGER NOT NULL, counts BLOB NOT NULL)";

/// Header fields that entries keep: header_rows.h.
constexpr const char* kHeadersTable =
    "CREATE TABLE entry_headers (id INTEGER PRIMARY KEY, fields BLOB NOT NULL)";

/// Version 1: entries and health.
void createEntries(Database& database) {
  database.run(kTextsTable);
  database.run(entriesTable().c_str());
  database.run("CREATE INDEX entries_time ON entries (time)");
  database.run("CREATE INDEX entries_status ON entries (status)");
  database.run("CREATE INDEX entries_grpc_status ON entries (grpc_status) WHERE grpc_status IS NOT NULL");
  database.run("CREATE INDEX entries_target ON entries (target)");
  database.run(kHealthTable);
  database.run("CREATE INDEX health_time ON health (time)");
}

Error newerFile(std::int64_t version) {
  return {ErrorCode::Invalid, Side::Balancer,
          fmt::format("The history was written by a newer Spillway (its version is {}, known are up to {}): "
                      "nothing is stored. Install that version, or move the file away.",
                      version, kSchemaVersion)};
}

}  // namespace

Result<void> bringToSchema(Database& database) {
  const std::int64_t version = database.number("PRAGMA user_version");
  if (version > kSchemaVersion) return failure(newerFile(version));
  if (version == kSchemaVersion) return {};
  // Before the first table: a file's pages can go back to the system one by one.
  if (version == 0) database.run("PRAGMA auto_vacuum = INCREMENTAL");
  Transaction transaction(database);
  // Another program may have done it meanwhile.
  const std::int64_t found = database.number("PRAGMA user_version");
  if (found < 1) createEntries(database);
  if (found < kWithMetrics) database.run(kMetricTables);
  if (found < 3) database.run(kHealthChangesIndex);
  if (found < kWithCaptures) database.run(kCapturesTable);
  if (found < kWithDecisions) database.run(kDecisionsTable);
  if (found < kWithHeaders) database.run(kHeadersTable);
  database.run(fmt::format("PRAGMA user_version = {}", kSchemaVersion).c_str());
  transaction.commit();
  return {};
}

Result<void> expectSchema(Database& database) {
  const std::int64_t version = database.number("PRAGMA user_version");
  if (version > kSchemaVersion) return failure(newerFile(version));
  if (version > 0) return {};
  return failure(Error{ErrorCode::Invalid, Side::Balancer, "There is no history in this file yet."});
}

}  // namespace spillway::history
