// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/history/database.h"
#include "engine/observe/metric_frames.h"
#include "engine/observe/series_sum.h"

/// Metrics in the history: a row for each part and second; after an hour, for each minute. The whole has a
/// row even where nothing happened, so that this differs from what is not known.
namespace spillway::history {

/// Writes metrics and takes the oldest away. One thread; throws DatabaseError.
class MetricRows {
 public:
  static constexpr std::chrono::seconds kSeconds{3600};  ///< for so long seconds are kept

  explicit MetricRows(Database&);
  void write(std::span<const observe::NamedFrame>);
  /// Makes one minute of seconds that end before `newest`; false: there are none.
  bool condense(WallTime newest);
  /// Takes away minutes from before `oldest`, and `more` of those that are left, the oldest ones: some
  /// thousand at the most. Returns how many went.
  std::int64_t prune(WallTime oldest, std::int64_t more = 0);
  /// Where the oldest minute begins; nullopt: there is none.
  std::optional<WallTime> oldestMinute();

 private:
  std::int64_t partNumber(const observe::SeriesPart&);
  void forgetPartsOfOthers();

  Database& database_;
  Statement findPart_, addPart_, insert_, oldestSecond_, oldestMinute_, secondsOf_, forgetSeconds_, prune_,
      forgetParts_, version_;
  std::map<observe::SeriesPart, std::int64_t> parts_;  ///< known numbers
  std::int64_t seenVersion_ = 0;                       ///< of the file, as other programs change it
};

/// The parts of which rows are there, in SeriesPart's order. Throws DatabaseError.
std::vector<observe::SeriesPart> metricParts(Database&);

/// Adds to the sum what is stored of a part, of the time before `end`. Throws DatabaseError.
void sumMetrics(Database&, const observe::SeriesPart&, WallTime end, observe::SeriesSum&);

}  // namespace spillway::history
