// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "engine/history/database.h"
#include "engine/history/text_numbers.h"
#include "engine/observe/decision.h"

/// Decision traces in the history: a row of the entry's id for each entry that has one.
namespace spillway::history {

/// Writes traces, inside the transactions of the entries. One thread; throws DatabaseError.
class DecisionRows {
 public:
  DecisionRows(Database&, TextNumbers&);
  /// `epoch` as in TextNumbers. A trace that is too large is left out.
  void write(std::int64_t entry, const observe::Decision&, std::int64_t epoch);
  /// Takes away those of entries before this one.
  void forgetBefore(std::int64_t entry);
  /// After a transaction that was rolled back.
  void reset() { insert_.reset(); }

 private:
  TextNumbers& texts_;
  Statement insert_, forget_;
};

/// Finds traces. One thread; throws DatabaseError.
class DecisionFinder {
 public:
  explicit DecisionFinder(Database&);
  /// Null: the entry has none.
  std::shared_ptr<const observe::Decision> find(std::int64_t entry);

 private:
  Statement find_;
};

}  // namespace spillway::history
