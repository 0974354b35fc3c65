// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/metric_rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/observe/metric_body.h"

namespace spillway::history {
namespace {

using observe::addSlice;
using observe::decodeSlice;
using observe::encodeSlice;
using observe::MetricSlice;
using observe::SeriesPart;

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kStep = 4000;  ///< rows that go at once
constexpr std::int64_t kWhole = 0;    ///< kind of the part that is everything

std::int64_t secondsOf(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

WallTime timeOf(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}

/// A part as the columns of metric_parts.
struct PartColumns {
  std::int64_t kind = kWhole;
  std::string first, second;
  std::int64_t port = 0;
};

PartColumns columnsOf(const SeriesPart& part) {
  PartColumns columns{static_cast<std::int64_t>(part.index()), {}, {}, 0};
  if (const auto* balancer = std::get_if<observe::LoadBalancerName>(&part)) columns.first = balancer->name;
  if (const auto* group = std::get_if<observe::TargetGroupName>(&part)) columns.first = group->name;
  if (const auto* listener = std::get_if<ListenerId>(&part)) {
    columns.first = listener->loadBalancer;
    columns.second = listener->listener;
  } else if (const auto* target = std::get_if<TargetId>(&part)) {
    columns.first = target->group;
    columns.second = target->address;
    columns.port = target->port;
  } else if (const auto* method = std::get_if<observe::MethodId>(&part)) {
    columns.first = method->loadBalancer;
    columns.second = method->path;
  }
  return columns;
}

SeriesPart partOf(const PartColumns& columns) {
  switch (columns.kind) {
    case 1:
      return observe::LoadBalancerName{columns.first};
    case 2:
      return ListenerId{columns.first, columns.second};
    case 3:
      return observe::TargetGroupName{columns.first};
    case 4:
      return TargetId{columns.first, columns.second, static_cast<std::uint16_t>(columns.port)};
    case 5:
      return observe::MethodId{columns.first, columns.second};
    default:
      return {};
  }
}

constexpr const char* kFindPart =
    "SELECT id FROM metric_parts WHERE kind = ? AND first = ? AND second = ? AND port = ?";

Statement& bindPart(Statement& statement, const PartColumns& part) {
  return statement.bind(part.kind).bind(part.first).bind(part.second).bind(part.port);
}

/// Numbers of the parts whose rows make up this one: a load balancer is its listeners.
std::vector<std::int64_t> partsThatMakeUp(Database& database, const SeriesPart& part) {
  PartColumns columns = columnsOf(part);
  std::vector<std::int64_t> found;
  if (std::holds_alternative<observe::LoadBalancerName>(part)) {
    const auto listener = static_cast<std::int64_t>(SeriesPart(ListenerId()).index());
    Statement listeners(database, "SELECT id FROM metric_parts WHERE kind = ? AND first = ?");
    listeners.bind(listener).bind(columns.first);
    while (listeners.step())
      found.push_back(listeners.integer(0));
    return found;
  }
  Statement one(database, kFindPart);
  bindPart(one, columns);
  if (one.step()) found.push_back(one.integer(0));
  return found;
}

}  // namespace

MetricRows::MetricRows(Database& database)
    : database_(database),
      findPart_(database, kFindPart),
      addPart_(database,
               "INSERT INTO metric_parts (kind, first, second, port) VALUES (?, ?, ?, ?) RETURNING id"),
      insert_(database, "INSERT INTO metrics (part, begin, end, is_minute, body) VALUES (?, ?, ?, ?, ?)"),
      oldestSecond_(database, "SELECT min(begin) FROM metrics WHERE is_minute = 0"),
      oldestMinute_(database, "SELECT min(begin) FROM metrics WHERE is_minute = 1"),
      secondsOf_(database, "SELECT part, begin, end, body FROM metrics WHERE is_minute = 0 AND begin < ?"),
      forgetSeconds_(database, "DELETE FROM metrics WHERE is_minute = 0 AND begin < ?"),
      prune_(database,
             "DELETE FROM metrics WHERE id IN (SELECT id FROM metrics WHERE is_minute = 1 AND begin < ? "
             "ORDER BY begin LIMIT ?)"),
      forgetParts_(
          database,
          "DELETE FROM metric_parts WHERE NOT EXISTS (SELECT 1 FROM metrics WHERE part = metric_parts.id)"),
      version_(database, "PRAGMA data_version") {}

/// Another program may have taken away parts whose numbers are known here.
void MetricRows::forgetPartsOfOthers() {
  version_.step();
  const std::int64_t version = version_.integer(0);
  version_.reset();
  if (std::exchange(seenVersion_, version) != version) parts_.clear();
}

std::int64_t MetricRows::partNumber(const SeriesPart& part) {
  if (const auto known = parts_.find(part); known != parts_.end()) return known->second;
  const PartColumns columns = columnsOf(part);
  Statement* statement = &bindPart(findPart_, columns);
  if (!statement->step()) {
    statement->reset();
    statement = &bindPart(addPart_, columns);
    statement->step();
  }
  const std::int64_t number = statement->integer(0);
  statement->reset();
  parts_.emplace(part, number);
  return number;
}

void MetricRows::write(std::span<const observe::NamedFrame> frames) {
  try {
    Transaction transaction(database_);
    forgetPartsOfOthers();
    for (const observe::NamedFrame& frame : frames) {
      const auto insert = [&](const SeriesPart& part, const MetricSlice& slice) {
        const std::int64_t number = partNumber(part);
        insert_.bind(number).bind(secondsOf(frame.begin)).bind(secondsOf(frame.end)).bind(std::int64_t{0});
        insert_.bind(encodeSlice(slice)).run();
      };
      const auto isWhole = [](const auto& named) { return named.first == SeriesPart(); };
      if (std::ranges::none_of(frame.slices, isWhole)) insert(SeriesPart(), MetricSlice());
      for (const auto& [part, slice] : frame.slices)
        insert(part, slice);
    }
    transaction.commit();
  } catch (const DatabaseError&) {
    parts_.clear();  // what was numbered in it is not there
    findPart_.reset();
    addPart_.reset();
    insert_.reset();
    throw;
  }
}

bool MetricRows::condense(WallTime newest) {
  oldestSecond_.step();
  const auto oldest = oldestSecond_.integerOrNull(0);
  oldestSecond_.reset();
  if (!oldest) return false;
  const std::int64_t end = *oldest - *oldest % kMinute + kMinute;
  if (end > secondsOf(newest)) return false;
  Transaction transaction(database_);
  struct Minute {
    std::int64_t begin = INT64_MAX, end = 0;
    MetricSlice slice;
  };
  std::map<std::int64_t, Minute> parts;
  MetricSlice slice;
  secondsOf_.bind(end);
  while (secondsOf_.step()) {
    Minute& minute = parts[secondsOf_.integer(0)];
    minute.begin = std::min(minute.begin, secondsOf_.integer(1));
    minute.end = std::max(minute.end, secondsOf_.integer(2));
    if (decodeSlice(secondsOf_.text(3), slice)) addSlice(minute.slice, slice);
  }
  secondsOf_.reset();
  forgetSeconds_.bind(end).run();
  for (const auto& [part, minute] : parts) {
    insert_.bind(part).bind(minute.begin).bind(minute.end).bind(std::int64_t{1});
    insert_.bind(encodeSlice(minute.slice)).run();
  }
  transaction.commit();
  return true;
}

std::int64_t MetricRows::prune(WallTime oldest, std::int64_t more) {
  Transaction transaction(database_);
  prune_.bind(secondsOf(oldest)).bind(kStep).run();
  std::int64_t gone = database_.changes();
  if (more > 0) {
    prune_.bind(INT64_MAX).bind(more).run();
    gone += database_.changes();
  }
  if (gone > 0) {
    forgetParts_.run();
    parts_.clear();
  }
  transaction.commit();
  return gone;
}

std::optional<WallTime> MetricRows::oldestMinute() {
  oldestMinute_.step();
  const auto begin = oldestMinute_.integerOrNull(0);
  oldestMinute_.reset();
  return begin ? std::optional(timeOf(*begin)) : std::nullopt;
}

std::vector<SeriesPart> metricParts(Database& database) {
  std::vector<SeriesPart> parts;
  Statement rows(database, "SELECT kind, first, second, port FROM metric_parts");
  while (rows.step())
    parts.push_back(
        partOf({rows.integer(0), std::string(rows.text(1)), std::string(rows.text(2)), rows.integer(3)}));
  std::ranges::sort(parts);
  return parts;
}

void sumMetrics(Database& database, const SeriesPart& part, WallTime end, observe::SeriesSum& sum) {
  // Each row of the whole is a stretch of known time; rows of the parts' same stretch tell what they did in
  // it.
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<MetricSlice>> stretches;
  Statement rows(
      database,
      "SELECT begin, end, body FROM metrics WHERE part = ? AND begin >= ? AND begin < ? AND end > ?");
  const auto read = [&](std::int64_t number, const auto& work) {
    // Rows are a minute long, or as long as a late second took.
    rows.bind(number).bind(secondsOf(sum.begin()) - 2 * kMinute).bind(secondsOf(std::min(end, sum.end())));
    rows.bind(secondsOf(sum.begin()));
    while (rows.step())
      work(stretches[{rows.integer(0), rows.integer(1)}], rows.text(2));
    rows.reset();
  };
  for (const std::int64_t number : partsThatMakeUp(database, SeriesPart()))
    read(number, [](const auto& /*slices*/, std::string_view /*body*/) {});
  for (const std::int64_t number : partsThatMakeUp(database, part))
    read(number, [](auto& slices, std::string_view body) {
      if (!decodeSlice(body, slices.emplace_back())) slices.pop_back();
    });
  std::vector<const MetricSlice*> pointers;
  for (const auto& [stretch, slices] : stretches) {
    pointers.clear();
    for (const MetricSlice& slice : slices)
      pointers.push_back(&slice);
    sum.add(timeOf(stretch.first), timeOf(stretch.second), pointers, timeOf(stretch.first));
  }
}

}  // namespace spillway::history
