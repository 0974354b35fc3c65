// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/capture_rows.h"

#include <algorithm>

#include "engine/history/capture_body.h"

namespace spillway::history {
namespace {

constexpr int kStep = 400;  ///< rows that go at once

std::int64_t microsOf(WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace

CaptureRows::CaptureRows(Database& database)
    : database_(database),
      insert_(database, "INSERT INTO captures (stream, started, bytes, body) VALUES (?, ?, ?, ?)"),
      oldest_(database, "SELECT id, started, bytes FROM captures ORDER BY id LIMIT 1"),
      remove_(database, "DELETE FROM captures WHERE id = ?"),
      bytes_(static_cast<std::uint64_t>(database.number("SELECT ifnull(sum(bytes), 0) FROM captures"))) {}

void CaptureRows::write(std::span<const CaptureRow> rows) {
  if (rows.empty()) return;
  std::uint64_t added = 0;
  try {
    Transaction transaction(database_);
    for (const CaptureRow& row : rows) {
      insert_.bind(static_cast<std::int64_t>(row.stream)).bind(microsOf(row.started));
      insert_.bind(static_cast<std::int64_t>(row.body.size())).bindBlob(row.body).run();
      added += row.body.size();
    }
    transaction.commit();
  } catch (const DatabaseError&) {
    insert_.reset();
    throw;
  }
  bytes_ += added;
}

bool CaptureRows::prune(WallTime oldest, std::uint64_t mostBytes) {
  Transaction transaction(database_);
  std::uint64_t left = bytes_;
  int gone = 0;
  for (; gone < kStep && oldest_.step(); ++gone) {
    const std::int64_t id = oldest_.integer(0);
    if (oldest_.integer(1) >= microsOf(oldest) && left <= mostBytes) break;
    left -= std::min(left, static_cast<std::uint64_t>(oldest_.integer(2)));
    oldest_.reset();
    remove_.bind(id).run();
  }
  oldest_.reset();
  transaction.commit();
  bytes_ = left;
  return gone == kStep;
}

std::optional<observe::CapturedStream> findCapture(Database& database, StreamId stream, WallTime started) {
  Statement row(database, "SELECT body FROM captures WHERE stream = ? AND started = ?");
  row.bind(static_cast<std::int64_t>(stream)).bind(microsOf(started));
  if (!row.step()) return std::nullopt;
  auto found = decodeCapture(row.blob(0));
  if (found) found->stream = stream;
  return found;
}

}  // namespace spillway::history
