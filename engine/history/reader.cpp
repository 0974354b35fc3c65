// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/reader.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <utility>
#include <variant>

#include "engine/history/capture_rows.h"
#include "engine/history/database.h"
#include "engine/history/decision_rows.h"
#include "engine/history/entry_columns.h"
#include "engine/history/filter_sql.h"
#include "engine/history/header_rows.h"
#include "engine/history/metric_rows.h"
#include "engine/history/schema.h"
#include "engine/history/trace_bytes.h"

namespace spillway::history {
namespace {

constexpr std::size_t kKnownTexts = 50'000;

Error inWords(const DatabaseError& error) {
  if (error.isInterrupted()) return {ErrorCode::Drained, Side::Balancer, "The search was ended."};
  return {error.isDamaged() ? ErrorCode::Invalid : ErrorCode::System, Side::Balancer,
          fmt::format("Cannot read the history: {}.", error.what())};
}

/// Values and how often they come, of some of the newest entries: that much can be read at any time.
std::string valuesSql(const FieldInfo& field) {
  const std::string none = field.type == FieldType::OwnText ? "''"
                           : field.isText()                 ? "0"
                                                            : std::to_string(field.missing.value_or(-1));
  return fmt::format(
      "SELECT value FROM (SELECT {} AS value FROM entries ORDER BY id DESC LIMIT ?) WHERE value <> {} "
      "GROUP BY value ORDER BY count(*) DESC, value LIMIT ?",
      field.type == FieldType::OwnText ? fmt::format("own_text({})", field.column)
                                       : std::string(field.column),
      none);
}

/// The file system's number of the file of this name; 0 = there is none.
ino_t inodeOf(const std::string& file) {
  struct stat found {};
  return ::stat(file.c_str(), &found) == 0 ? found.st_ino : 0;
}

void bindAll(Statement& statement, const SqlCondition& condition) {
  for (const auto& parameter : condition.parameters)
    std::visit([&](const auto& value) { statement.bind(value); }, parameter);
}

std::string ownText(const Statement& row, int column) {
  return row.isBlob(column) ? unpackTrace(row.blob(column)) : std::string(row.text(column));
}

/// The row of healthChanges().
observe::HealthEvent changeOf(const Statement& row, const TargetId& target) {
  observe::HealthEvent event;
  event.target = target;
  event.time = WallTime(std::chrono::microseconds(row.integer(0)));
  event.address = row.text(1);
  event.state = static_cast<observe::TargetState>(row.integer(2));
  event.previous = static_cast<observe::TargetState>(row.integer(3));
  event.reason = static_cast<observe::HealthReason>(row.integer(4));
  event.description = row.text(5);
  if (const auto code = row.integerOrNull(6)) event.code = static_cast<std::uint32_t>(*code);
  event.detail = row.text(7);
  event.latencyMicros = row.integer(8);
  const std::int64_t flags = row.integer(9);
  event.changed = (flags & kHealthChanged) != 0;
  event.passed = (flags & kCheckPassed) != 0;
  event.isCheck = (flags & kIsCheck) != 0;
  return event;
}

}  // namespace

struct Reader::Impl {
  explicit Impl(const std::string& file)
      : database(file, Database::Access::ReadOnly),
        path(file),
        textOf(database, "SELECT text FROM texts WHERE id = ?") {
    addFilterFunctions(database);
    fitTo(database.number("PRAGMA user_version"));
  }

  Database database;
  std::string path;
  ino_t inode = inodeOf(path);
  Statement textOf;
  std::unordered_map<std::int64_t, std::string> texts;
  std::int64_t version = 0;                 ///< of the file's tables
  std::optional<DecisionFinder> decisions;  ///< none in an older file
  std::optional<HeaderFinder> headers;

  void fitTo(std::int64_t fileVersion);
  std::string_view text(std::int64_t number);
  Entry entryOf(const Statement& row);
  /// The writer may be of an older version.
  bool hasMetrics() const { return version >= kWithMetrics; }
  bool hasCaptures() const { return version >= kWithCaptures; }

  /// A newer writer may have come meanwhile.
  void refresh() {
    if (version < kSchemaVersion) fitTo(database.number("PRAGMA user_version"));
  }

  template <class Work>
  auto attempt(Work&& work) -> Result<decltype(work())> {
    try {
      refresh();
      return work();
    } catch (const DatabaseError& error) {
      return failure(inWords(error));
    }
  }
};

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reader::~Reader() = default;

Result<std::unique_ptr<Reader>> Reader::open(const std::string& file) {
  if (!std::filesystem::exists(file))
    return failure(Error{ErrorCode::Invalid, Side::Balancer,
                         fmt::format("There is no history at '{}' yet: nothing was stored.", file)});
  try {
    Database database(file, Database::Access::ReadOnly);
    if (auto schema = expectSchema(database); !schema) return failure(schema.error());
    return std::unique_ptr<Reader>(new Reader(std::make_unique<Impl>(file)));
  } catch (const DatabaseError& error) {
    return failure(inWords(error));
  }
}

bool Reader::hasBegun(const std::string& file) {
  if (!std::filesystem::exists(file)) return false;
  try {
    return Database(file, Database::Access::ReadOnly).number("PRAGMA user_version") > 0;
  } catch (const DatabaseError& error) {
    return error.isDamaged();
  }
}

/// Filters ask for header fields in any file: where it has none, an empty table of this connection stands
/// for them.
void Reader::Impl::fitTo(std::int64_t fileVersion) {
  version = fileVersion;
  if (version >= kWithDecisions && !decisions) decisions.emplace(database);
  if (version < kWithHeaders) {
    database.run("CREATE TEMP TABLE IF NOT EXISTS entry_headers (id INTEGER PRIMARY KEY, fields BLOB)");
  } else if (!headers) {
    database.run("DROP TABLE IF EXISTS temp.entry_headers");
    headers.emplace(database);
  }
}

std::string_view Reader::Impl::text(std::int64_t number) {
  if (number == 0) return {};
  if (const auto at = texts.find(number); at != texts.end()) return at->second;
  if (texts.size() >= kKnownTexts) texts.clear();
  textOf.bind(number);
  std::string found(textOf.step() ? textOf.text(0) : std::string_view());
  textOf.reset();
  return texts.emplace(number, std::move(found)).first->second;
}

Entry Reader::Impl::entryOf(const Statement& row) {
  EntryDraft draft;
  int at = 0;
  const std::int64_t id = row.integer(at++);
  for (const NumberColumn& column : numberColumns()) {
    if (const auto value = row.integerOrNull(at++)) column.put(draft, *value);
  }
  for (const TextColumn& column : textColumns())
    column.put(draft, text(row.integer(at++)));
  for (const OwnTextColumn& column : ownTextColumns())
    column.put(draft, ownText(row, at++));
  if (headers) draft.head.keptFields = headers->find(id);
  auto record = std::make_shared<observe::StreamRecord>(std::move(draft.record));
  record->head = std::make_shared<const observe::StreamHead>(std::move(draft.head));
  if (decisions) record->decision = decisions->find(id);
  return {id, std::move(record)};
}

bool Reader::isReplaced() const {
  const ino_t now = inodeOf(impl_->path);
  return now != 0 && now != impl_->inode;
}

Result<std::optional<Reader::Range>> Reader::range() {
  return impl_->attempt([&]() -> std::optional<Range> {
    Statement ends(impl_->database, "SELECT (SELECT min(id) FROM entries), (SELECT max(id) FROM entries)");
    if (!ends.step() || !ends.integerOrNull(0)) return std::nullopt;
    return Range{ends.integer(0), ends.integer(1)};
  });
}

Result<std::vector<Entry>> Reader::page(const Filter& filter, Order order, std::int64_t after,
                                        std::size_t limit) {
  return impl_->attempt([&] {
    const SqlCondition condition = filter.sql();
    const bool isUp = order == Order::OldestFirst;
    Statement rows(impl_->database,
                   fmt::format("SELECT {} FROM entries WHERE ({}) AND id {} ? ORDER BY id {} LIMIT ?",
                               entryColumnNames(), condition.text, isUp ? ">" : "<", isUp ? "ASC" : "DESC"));
    bindAll(rows, condition);
    rows.bind(after == 0 && !isUp ? INT64_MAX : after).bind(static_cast<std::int64_t>(limit));
    std::vector<Entry> result;
    while (rows.step())
      result.push_back(impl_->entryOf(rows));
    return result;
  });
}

Result<std::vector<Entry>> Reader::entries(std::span<const std::int64_t> ids) {
  return impl_->attempt([&] {
    Statement row(impl_->database, fmt::format("SELECT {} FROM entries WHERE id = ?", entryColumnNames()));
    std::vector<Entry> result;
    for (const std::int64_t id : ids) {
      row.bind(id);
      if (row.step()) result.push_back(impl_->entryOf(row));
      row.reset();
    }
    return result;
  });
}

Result<std::vector<std::int64_t>> Reader::ids(const Filter& filter, Order order, const std::string& column) {
  return impl_->attempt([&] {
    const SqlCondition condition = filter.sql();
    const char* direction = order == Order::OldestFirst ? "ASC" : "DESC";
    Statement rows(impl_->database, fmt::format("SELECT id FROM entries WHERE {} ORDER BY {} {}, id {}",
                                                condition.text, column, direction, direction));
    bindAll(rows, condition);
    std::vector<std::int64_t> result;
    while (rows.step())
      result.push_back(rows.integer(0));
    return result;
  });
}

Result<std::vector<std::int64_t>> Reader::idsWithin(const Filter& filter, std::int64_t first,
                                                    std::int64_t last) {
  return impl_->attempt([&] {
    const SqlCondition condition = filter.sql();
    Statement rows(
        impl_->database,
        fmt::format("SELECT id FROM entries WHERE ({}) AND id BETWEEN ? AND ? ORDER BY id", condition.text));
    bindAll(rows, condition);
    rows.bind(first).bind(last);
    std::vector<std::int64_t> result;
    while (rows.step())
      result.push_back(rows.integer(0));
    return result;
  });
}

Result<std::vector<std::string>> Reader::values(const FieldInfo& field, std::size_t entries,
                                                std::size_t limit) {
  return impl_->attempt([&] {
    std::vector<std::string> result;
    if (!field.isOffered()) return result;
    Statement rows(impl_->database, valuesSql(field));
    rows.bind(static_cast<std::int64_t>(entries)).bind(static_cast<std::int64_t>(limit));
    while (rows.step())
      result.emplace_back(field.type == FieldType::Text ? impl_->text(rows.integer(0)) : rows.text(0));
    return result;
  });
}

Result<std::optional<Reader::Range>> Reader::narrow(const Filter& filter, Range within) {
  return impl_->attempt([&]() -> std::optional<Range> {
    const auto condition = filter.timeSql();
    if (!condition) return within;
    Statement ends(impl_->database,
                   fmt::format("SELECT min(id), max(id) FROM entries WHERE {}", condition->text));
    bindAll(ends, *condition);
    if (!ends.step() || !ends.integerOrNull(0)) return std::nullopt;
    const Range found{std::max(within.oldest, ends.integer(0)), std::min(within.newest, ends.integer(1))};
    return found.oldest <= found.newest ? std::optional(found) : std::nullopt;
  });
}

Result<std::int64_t> Reader::count(const Filter& filter) {
  return impl_->attempt([&] {
    const SqlCondition condition = filter.sql();
    Statement sum(impl_->database, fmt::format("SELECT count(*) FROM entries WHERE {}", condition.text));
    bindAll(sum, condition);
    return sum.step() ? sum.integer(0) : std::int64_t{0};
  });
}

Result<std::vector<observe::HealthEvent>> Reader::healthChanges(const TargetId& target, WallTime end,
                                                                std::size_t limit) {
  return impl_->attempt([&] {
    Statement rows(
        impl_->database,
        "SELECT time, address, state, previous, reason, description, code, detail, latency, flags "
        "FROM health WHERE target_group = ? AND target = ? AND port = ? AND flags & 1 AND time < ? "
        "ORDER BY time DESC LIMIT ?");
    rows.bind(target.group).bind(target.address).bind(std::int64_t{target.port});
    rows.bind(end.time_since_epoch().count()).bind(static_cast<std::int64_t>(limit));
    std::vector<observe::HealthEvent> result;
    while (rows.step())
      result.push_back(changeOf(rows, target));
    return result;
  });
}

Result<std::optional<observe::CapturedStream>> Reader::captured(StreamId stream, WallTime started) {
  return impl_->attempt([&]() -> std::optional<observe::CapturedStream> {
    if (!impl_->hasCaptures()) return std::nullopt;
    return findCapture(impl_->database, stream, started);
  });
}

Result<std::vector<observe::SeriesPart>> Reader::metricParts() {
  return impl_->attempt([&]() -> std::vector<observe::SeriesPart> {
    if (!impl_->hasMetrics()) return {};
    return history::metricParts(impl_->database);
  });
}

Result<void> Reader::sumMetrics(const observe::SeriesPart& part, WallTime end, observe::SeriesSum& sum) {
  try {
    impl_->refresh();
    if (impl_->hasMetrics()) history::sumMetrics(impl_->database, part, end, sum);
    return {};
  } catch (const DatabaseError& error) {
    return failure(inWords(error));
  }
}

void Reader::interrupt() {
  impl_->database.interrupt();
}

void Reader::endWhen(std::function<bool()> isToEnd) {
  impl_->database.endWhen(std::move(isToEnd));
}

}  // namespace spillway::history
