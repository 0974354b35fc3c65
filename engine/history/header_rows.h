// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/history/database.h"
#include "engine/observe/events.h"

/// Header fields of requests in the history: a row of the entry's id for each entry that keeps any. They are
/// in one blob, name and value in turn, each ended by a zero, which neither can contain (RFC 9110 §5.5).
namespace spillway::history {

/// The value of this name in a row's blob; empty: there is none.
std::string_view packedField(std::string_view packed, std::string_view name);

/// What filters ask of an entry: the value, or an empty text. It calls the function kept_field.
std::string keptFieldSql(std::string_view name);

/// Writes them, inside the transactions of the entries. One thread; throws DatabaseError.
class HeaderRows {
 public:
  explicit HeaderRows(Database&);
  void write(std::int64_t entry, const observe::KeptFields&);
  /// Takes away those of entries before this one.
  void forgetBefore(std::int64_t entry);
  /// After a transaction that was rolled back.
  void reset() { insert_.reset(); }

 private:
  std::string packed_;
  Statement insert_, forget_;
};

/// Finds them. One thread; throws DatabaseError.
class HeaderFinder {
 public:
  explicit HeaderFinder(Database&);
  observe::KeptFields find(std::int64_t entry);

 private:
  Statement find_;
};

}  // namespace spillway::history
