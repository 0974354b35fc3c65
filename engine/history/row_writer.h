// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "engine/history/database.h"
#include "engine/history/text_numbers.h"
#include "engine/observe/events.h"

namespace spillway::history {

/// Writes events as rows and takes the oldest rows away. One thread; throws DatabaseError.
class RowWriter {
 public:
  explicit RowWriter(Database&);
  /// In one transaction: all of them or, after an error, none.
  void write(std::span<const observe::Event>);
  /// Takes away entries and health results, the oldest ones: those before `oldest`, and `more` of the entries
  /// that are left. At most some thousand rows; returns how many entries went.
  std::int64_t prune(WallTime oldest, std::int64_t more);
  /// Entries that are stored.
  std::int64_t count() const { return last_ - first_ + 1; }

 private:
  void refresh();
  void insert(const observe::StreamRecord&);
  void insert(const observe::HealthEvent&);

  Database& database_;
  TextNumbers texts_;
  Statement range_, insertEntry_, insertHealth_, pruneEntries_, pruneHealth_, older_;
  std::int64_t first_ = 1, last_ = 0;  ///< ids of entries; as of the last transaction
  std::string room_;
};

}  // namespace spillway::history
