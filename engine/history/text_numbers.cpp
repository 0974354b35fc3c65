// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/text_numbers.h"

#include <sqlite3.h>

namespace spillway::history {
namespace {

constexpr std::size_t kKnownTexts = 20'000;

}  // namespace

TextNumbers::TextNumbers(Database& database)
    : database_(database),
      find_(database, "SELECT id FROM texts WHERE text = ?"),
      insert_(database, "INSERT INTO texts (text, epoch) VALUES (?, ?)"),
      use_(database, "UPDATE texts SET epoch = max(epoch, ?) WHERE id = ?"),
      forget_(database, "DELETE FROM texts WHERE epoch < ?") {}

std::int64_t TextNumbers::numberOf(std::string_view text, std::int64_t epoch) {
  if (text.empty()) return 0;
  const auto at = known_.find(text);
  if (at != known_.end() && at->second.epoch == epoch) return at->second.number;
  // Another program may have forgotten it since.
  if (at != known_.end() && markUsed(at->second.number, epoch)) {
    at->second.epoch = epoch;
    return at->second.number;
  }
  const Known known = lookUp(text, epoch);
  if (known_.size() >= kKnownTexts) known_.clear();
  known_.insert_or_assign(std::string(text), known);
  return known.number;
}

TextNumbers::Known TextNumbers::lookUp(std::string_view text, std::int64_t epoch) {
  find_.bind(text);
  const bool isThere = find_.step();
  const std::int64_t number = isThere ? find_.integer(0) : 0;
  find_.reset();
  if (isThere) {
    markUsed(number, epoch);
    return {number, epoch};
  }
  insert_.bind(text).bind(epoch).run();
  return {sqlite3_last_insert_rowid(database_.native()), epoch};
}

bool TextNumbers::markUsed(std::int64_t number, std::int64_t epoch) {
  use_.bind(epoch).bind(number).run();
  return sqlite3_changes(database_.native()) == 1;
}

void TextNumbers::forgetBefore(std::int64_t epoch) {
  forget_.bind(epoch).run();
}

}  // namespace spillway::history
