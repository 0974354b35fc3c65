// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/decision_rows.h"

#include "engine/history/decision_body.h"

namespace spillway::history {
namespace {

/// Bytes of the larger part: a choice among some hundred targets.
constexpr std::size_t kLargest = 32 * 1024;

}  // namespace

DecisionRows::DecisionRows(Database& database, TextNumbers& texts)
    : texts_(texts),
      insert_(database, "INSERT INTO decisions (id, shape, counts) VALUES (?, ?, ?)"),
      forget_(database, "DELETE FROM decisions WHERE id < ?") {}

void DecisionRows::write(std::int64_t entry, const observe::Decision& decision, std::int64_t epoch) {
  const DecisionBody body = encodeDecision(decision);
  if (body.shape.size() > kLargest) return;
  insert_.bind(entry).bind(texts_.numberOf(body.shape, epoch)).bindBlob(body.counts).run();
}

void DecisionRows::forgetBefore(std::int64_t entry) {
  forget_.bind(entry).run();
}

DecisionFinder::DecisionFinder(Database& database)
    : find_(database,
            "SELECT text, counts FROM decisions JOIN texts ON texts.id = decisions.shape WHERE decisions.id "
            "= ?") {}

std::shared_ptr<const observe::Decision> DecisionFinder::find(std::int64_t entry) {
  find_.bind(entry);
  auto decision = find_.step() ? decodeDecision(find_.text(0), find_.blob(1)) : nullptr;
  find_.reset();
  return decision;
}

}  // namespace spillway::history
