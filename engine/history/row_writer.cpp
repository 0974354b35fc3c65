// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/row_writer.h"

#include <algorithm>
#include <string>

#include "engine/history/entry_columns.h"
#include "engine/history/schema.h"
#include "engine/history/trace_bytes.h"

namespace spillway::history {
namespace {

/// Entries of one epoch of texts.
constexpr int kEpochBits = 17;
/// Rows that go at once.
constexpr std::int64_t kStep = 4000;

std::int64_t microsOf(WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

/// The one time that it yields, if any.
std::optional<WallTime> timeIn(Statement& statement) {
  std::optional<WallTime> time;
  if (statement.step()) {
    if (const auto micros = statement.integerOrNull(0)) time = WallTime(std::chrono::microseconds(*micros));
  }
  statement.reset();
  return time;
}

std::string insertIntoEntries() {
  std::string sql = "INSERT INTO entries (" + entryColumnNames() + ") VALUES (?";
  const std::size_t columns = numberColumns().size() + textColumns().size() + ownTextColumns().size();
  for (std::size_t i = 0; i < columns; ++i)
    sql += ", ?";
  return sql + ')';
}

}  // namespace

RowWriter::RowWriter(Database& database)
    : database_(database),
      texts_(database),
      decisions_(database, texts_),
      headers_(database),
      range_(database, "SELECT (SELECT min(id) FROM entries), (SELECT max(id) FROM entries)"),
      insertEntry_(database, insertIntoEntries()),
      insertHealth_(database,
                    "INSERT INTO health (time, load_balancer, target_group, target, port, address, state, "
                    "previous, reason, description, code, detail, latency, flags) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      pruneEntries_(database, "DELETE FROM entries WHERE id < ?"),
      pruneHealth_(database,
                   "DELETE FROM health WHERE id IN (SELECT id FROM health WHERE time < ? ORDER BY time "
                   "LIMIT ?)"),
      older_(database, "SELECT count(*) FROM (SELECT 1 FROM entries WHERE id < ? AND time < ? LIMIT ?)"),
      oldestEntry_(database, "SELECT time FROM entries ORDER BY id LIMIT 1"),
      oldestHealth_(database, "SELECT min(time) FROM health"),
      newestEntry_(database, "SELECT time FROM entries ORDER BY id DESC LIMIT 1") {
  refresh();
}

/// Another program may have written too. An empty table goes on where it ended only while this runs.
void RowWriter::refresh() {
  if (range_.step() && range_.integerOrNull(1)) {
    first_ = range_.integer(0);
    last_ = range_.integer(1);
  } else {
    first_ = last_ + 1;
  }
  range_.reset();
}

void RowWriter::write(std::span<const observe::Event> events) {
  try {
    Transaction transaction(database_);
    refresh();
    for (const observe::Event& event : events) {
      if (event.record) insert(*event.record);
      if (event.health) insert(*event.health);
    }
    transaction.commit();
  } catch (const DatabaseError&) {
    texts_.forgetCache();
    decisions_.reset();
    headers_.reset();
    insertEntry_.reset();
    insertHealth_.reset();
    throw;
  }
}

void RowWriter::insert(const observe::StreamRecord& record) {
  const std::int64_t id = last_ + 1;
  insertEntry_.bind(id);
  for (const NumberColumn& column : numberColumns()) {
    const auto value = column.of(record);
    value ? insertEntry_.bind(*value) : insertEntry_.bindNull();
  }
  for (const TextColumn& column : textColumns())
    insertEntry_.bind(texts_.numberOf(column.of(record, room_), id >> kEpochBits));
  for (const OwnTextColumn& column : ownTextColumns())
    bindOwnText(column.of(record));
  insertEntry_.run();
  if (record.decision) decisions_.write(id, *record.decision, id >> kEpochBits);
  if (!record.head->keptFields.empty()) headers_.write(id, record.head->keptFields);
  last_ = id;
}

/// In few bytes if it has the balancer's form.
void RowWriter::bindOwnText(const std::string& text) {
  const auto packed = packTrace(text);
  if (!packed) {
    insertEntry_.bind(text);
    return;
  }
  room_ = *packed;
  insertEntry_.bindBlob(room_);
}

void RowWriter::insert(const observe::HealthEvent& event) {
  insertHealth_.bind(microsOf(event.time)).bind(event.loadBalancer).bind(event.target.group);
  insertHealth_.bind(event.target.address).bind(std::int64_t{event.target.port}).bind(event.address);
  insertHealth_.bind(static_cast<std::int64_t>(event.state)).bind(static_cast<std::int64_t>(event.previous));
  insertHealth_.bind(static_cast<std::int64_t>(event.reason)).bind(event.description);
  event.code ? insertHealth_.bind(std::int64_t{*event.code}) : insertHealth_.bindNull();
  const std::int64_t flags = (event.changed ? kHealthChanged : 0) | (event.passed ? kCheckPassed : 0) |
                             (event.isCheck ? kIsCheck : 0);
  insertHealth_.bind(event.detail).bind(event.latencyMicros).bind(flags).run();
}

std::int64_t RowWriter::pruneEntries(WallTime oldest, std::int64_t more) {
  Transaction transaction(database_);
  refresh();
  older_.bind(first_ + kStep).bind(microsOf(oldest)).bind(kStep);
  older_.step();
  const std::int64_t gone = std::min({older_.integer(0) + more, kStep, count()});
  older_.reset();
  if (gone > 0) {
    pruneEntries_.bind(first_ + gone).run();
    decisions_.forgetBefore(first_ + gone);
    headers_.forgetBefore(first_ + gone);
    const std::int64_t before = first_ >> kEpochBits;
    first_ += gone;
    if (first_ >> kEpochBits != before) texts_.forgetBefore(first_ >> kEpochBits);
  }
  transaction.commit();
  return gone;
}

std::int64_t RowWriter::pruneHealth(WallTime oldest, std::int64_t more) {
  pruneHealth_.bind(microsOf(oldest)).bind(kStep).run();
  std::int64_t gone = database_.changes();
  if (more > 0) {
    pruneHealth_.bind(INT64_MAX).bind(more).run();
    gone += database_.changes();
  }
  return gone;
}

std::optional<WallTime> RowWriter::oldestEntry() {
  return timeIn(oldestEntry_);
}

std::optional<WallTime> RowWriter::oldestHealth() {
  return timeIn(oldestHealth_);
}

std::optional<WallTime> RowWriter::newestEntry() {
  return timeIn(newestEntry_);
}

}  // namespace spillway::history
