// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/spillwayctl/commands.h"
#include "app/spillwayctl/filter_mistake.h"
#include "app/spillwayctl/session.h"
#include "engine/history/entry_lines.h"
#include "engine/history/reader.h"
#include "engine/observe/access_log_format.h"

namespace spillway::ctl {

namespace {

using history::Entry;
using history::Filter;
using history::Order;
using history::Reader;

constexpr std::size_t kPage = 1000;
constexpr auto kFollowEvery = std::chrono::milliseconds(200);

std::string lineOf(const observe::StreamRecord& record, LogFormat format) {
  switch (format) {
    case LogFormat::Json:
      return history::jsonLine(record);
    case LogFormat::Csv:
      return history::csvLine(record);
    case LogFormat::Alb:
      break;
  }
  return observe::formatAccessLogLine(record);
}

/// Prints entries as they are stored. Its functions return false when there is no use in going on.
class Printer {
 public:
  Printer(Reader& reader, const Filter& filter, LogFormat format, Signals& signals)
      : reader_(reader), filter_(filter), format_(format), signals_(signals) {
    reader.endWhen([this] { return isToEnd(); });
  }

  /// So many of the newest entries come first; 0 = all.
  bool beginWith(std::uint64_t last) {
    if (format_ == LogFormat::Csv) fmt::print("{}\n", history::csvHead());
    if (last == 0) return print();
    auto page = reader_.page(filter_, Order::NewestFirst, 0, last);
    if (!page) return fail(page.error());
    std::ranges::reverse(*page);
    print(*page);
    return print();
  }

  /// What came since.
  bool print() {
    const auto range = reader_.range();  // read first: what comes meanwhile is not passed over
    if (!range) return fail(range.error());
    for (std::size_t found = kPage; found == kPage;) {
      const auto page = reader_.page(filter_, Order::OldestFirst, after_, kPage);
      if (!page) return fail(page.error());
      print(*page);
      found = page->size();
      if (isToEnd()) return false;
    }
    if (*range) after_ = std::max(after_, (*range)->newest);
    return true;
  }

  /// Whether something went wrong, other than that the user ended it.
  bool hasFailed() const { return hasFailed_; }

 private:
  bool isToEnd() { return signals_.wait(std::chrono::milliseconds(0)) == Wake::Terminate; }

  bool fail(const Error& error) {
    hasFailed_ = error.code != ErrorCode::Drained;
    if (hasFailed_) report(error.detail);
    return false;
  }

  void print(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
      fmt::print("{}\n", lineOf(*entry.record, format_));
      after_ = entry.id;
    }
    flushOutput();
  }

  Reader& reader_;
  const Filter& filter_;
  const LogFormat format_;
  Signals& signals_;
  std::int64_t after_ = 0;  ///< id of the newest entry that was printed, or that the filter left out
  bool hasFailed_ = false;
};

/// Whoever follows may be here before the balancer.
bool awaitHistory(const std::string& file, Signals& signals) {
  while (!Reader::hasBegun(file)) {
    if (signals.wait(kFollowEvery) == Wake::Terminate) return false;
  }
  return true;
}

}  // namespace

int log(const LogOptions& options, Signals& signals) {
  const auto filter = Filter::parse(options.filter, wallNow());
  if (!filter) {
    showMistake(options.filter, filter.error());
    return kBadInput;
  }
  const std::string folder = options.dataDirectory.empty() ? defaultDataDirectory() : options.dataDirectory;
  const std::string file = history::fileIn(folder);
  if (options.follow && !awaitHistory(file, signals)) return kSuccess;
  const auto reader = Reader::open(file);
  if (!reader) {
    report(reader.error().detail);
    return kBadInput;
  }
  Printer printer(**reader, *filter, options.format, signals);
  bool goesOn = printer.beginWith(options.last);
  while (options.follow && goesOn && signals.wait(kFollowEvery) != Wake::Terminate)
    goesOn = printer.print();
  if (printer.hasFailed()) return kBadInput;
  return goesOn || options.follow ? kSuccess : kInterrupted;
}

}  // namespace spillway::ctl
