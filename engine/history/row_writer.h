// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/history/database.h"
#include "engine/history/decision_rows.h"
#include "engine/history/header_rows.h"
#include "engine/history/text_numbers.h"
#include "engine/observe/events.h"

namespace spillway::history {

/// Writes events as rows and takes the oldest rows away. One thread; throws DatabaseError.
class RowWriter {
 public:
  explicit RowWriter(Database&);
  /// In one transaction: all of them or, after an error, none.
  void write(std::span<const observe::Event>);
  /// Takes away entries from before `oldest`, and `more` of those that are left, the oldest ones: some
  /// thousand at the most. Returns how many went.
  std::int64_t pruneEntries(WallTime oldest, std::int64_t more);
  /// The same of health results.
  std::int64_t pruneHealth(WallTime oldest, std::int64_t more);
  /// When the oldest of each ended or was checked; nullopt: there is none.
  std::optional<WallTime> oldestEntry();
  std::optional<WallTime> oldestHealth();
  /// When the entry that was written last ended; nullopt: there is none.
  std::optional<WallTime> newestEntry();
  /// Entries that are stored.
  std::int64_t count() const { return last_ - first_ + 1; }

 private:
  void refresh();
  void insert(const observe::StreamRecord&);
  void insert(const observe::HealthEvent&);
  void bindOwnText(const std::string&);

  Database& database_;
  TextNumbers texts_;
  DecisionRows decisions_;
  HeaderRows headers_;
  Statement range_, insertEntry_, insertHealth_, pruneEntries_, pruneHealth_, older_, oldestEntry_,
      oldestHealth_, newestEntry_;
  std::int64_t first_ = 1, last_ = 0;  ///< ids of entries; as of the last transaction
  std::string room_;                   ///< must last until the row is written
};

}  // namespace spillway::history
