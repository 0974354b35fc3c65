// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/history/filter.h"
#include "engine/history/filter_fields.h"
#include "engine/observe/capture.h"
#include "engine/observe/events.h"
#include "engine/observe/series_sum.h"

namespace spillway::history {

/// A stored request. Ids grow in the order in which requests ended.
struct Entry {
  std::int64_t id = 0;
  std::shared_ptr<const observe::StreamRecord> record;
};

enum class Order : std::uint8_t { OldestFirst, NewestFirst };

/// Reads the history while others write it. One thread, except interrupt(); what takes long can be ended by
/// that: it is an error then, of code Drained.
class Reader {
 public:
  /// An error says why the file cannot be read: missing, damaged, of a newer version.
  static Result<std::unique_ptr<Reader>> open(const std::string& file);
  /// Whether somebody has begun a history there, of any version: until then open() finds nothing.
  static bool hasBegun(const std::string& file);
  ~Reader();

  /// Whether another file stands in its place: it was damaged and set aside. Open that one instead.
  bool isReplaced() const;

  /// Ids of the oldest and the newest entry; nullopt where there is none.
  struct Range {
    std::int64_t oldest = 0, newest = 0;
  };
  Result<std::optional<Range>> range();

  /// The first `limit` entries that the filter selects, in this order, behind `after` (0 = from the start).
  Result<std::vector<Entry>> page(const Filter&, Order, std::int64_t after, std::size_t limit);
  /// These entries, in this order; those that are gone are missing.
  Result<std::vector<Entry>> entries(std::span<const std::int64_t> ids);
  /// Ids of all entries that the filter selects, by id or by a column of `entries` ("duration").
  Result<std::vector<std::int64_t>> ids(const Filter&, Order, const std::string& column = "id");
  /// Ids of the entries from `first` to `last` that the filter selects, ascending: a piece of a search.
  Result<std::vector<std::int64_t>> idsWithin(const Filter&, std::int64_t first, std::int64_t last);
  /// The values that a field has in the newest `entries` entries, as texts, the most frequent ones first, at
  /// the most `limit`; none of a field that is not offered (FieldInfo::isOffered).
  Result<std::vector<std::string>> values(const FieldInfo&, std::size_t entries, std::size_t limit);
  /// The part of `within` outside of which the filter selects nothing, as far as its bounds of time tell;
  /// nullopt: it selects nothing there.
  Result<std::optional<Range>> narrow(const Filter&, Range within);
  /// How many entries the filter selects.
  Result<std::int64_t> count(const Filter&);

  /// The last `limit` changes of a target's health before `end`, newest first.
  Result<std::vector<observe::HealthEvent>> healthChanges(const TargetId&, WallTime end, std::size_t limit);

  /// What passed on the stream of this id that began then; nullopt: it was not kept.
  Result<std::optional<observe::CapturedStream>> captured(StreamId, WallTime started);

  /// The parts of which metrics are stored, in SeriesPart's order.
  Result<std::vector<observe::SeriesPart>> metricParts();
  /// Adds what is stored of a part's metrics, of the time before `end`; of an older file nothing.
  Result<void> sumMetrics(const observe::SeriesPart&, WallTime end, observe::SeriesSum&);

  /// Ends what runs now; any thread.
  void interrupt();
  /// Asked now and then while something runs: true ends it in the same way.
  void endWhen(std::function<bool()> isToEnd);

 private:
  struct Impl;
  explicit Reader(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::history
