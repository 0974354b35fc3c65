// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "app/spillwayctl/commands.h"
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

/// The filter, with a mark under what is wrong in it.
void showMistake(const std::string& filter, const history::FilterError& error) {
  report(error.message);
  // Columns are characters, positions bytes.
  const auto characters = [&](std::size_t from, std::size_t to) {
    return static_cast<std::size_t>(
        std::count_if(filter.begin() + static_cast<std::ptrdiff_t>(std::min(from, filter.size())),
                      filter.begin() + static_cast<std::ptrdiff_t>(std::min(to, filter.size())),
                      [](char c) { return (c & 0xC0) != 0x80; }));
  };
  const std::size_t marks =
      std::max<std::size_t>(1, characters(error.position, error.position + error.length));
  fmt::print(stderr, "  {}\n  {}{}\n", filter, std::string(characters(0, error.position), ' '),
             std::string(marks, '^'));
}

/// Prints the entries behind `after` as they are stored; false: there is no use in going on.
class Printer {
 public:
  Printer(Reader& reader, const Filter& filter, LogFormat format)
      : reader_(reader), filter_(filter), format_(format) {}

  /// So many of the newest entries come first; 0 = all.
  bool beginWith(std::uint64_t last) {
    if (format_ == LogFormat::Csv) fmt::print("{}\n", history::csvHead());
    if (last == 0) return print();
    auto page = reader_.page(filter_, Order::NewestFirst, 0, last);
    if (!page) return fail(page.error());
    std::ranges::reverse(*page);
    return print(*page) && print();
  }

  /// What came since.
  bool print() {
    for (;;) {
      const auto page = reader_.page(filter_, Order::OldestFirst, after_, kPage);
      if (!page) return fail(page.error());
      if (!print(*page)) return false;
      if (page->size() < kPage) return true;
    }
  }

 private:
  static bool fail(const Error& error) {
    report(error.detail);
    return false;
  }

  bool print(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
      fmt::print("{}\n", lineOf(*entry.record, format_));
      after_ = entry.id;
    }
    return std::fflush(stdout) == 0;
  }

  Reader& reader_;
  const Filter& filter_;
  const LogFormat format_;
  std::int64_t after_ = 0;
};

/// Whoever follows may be here before the balancer.
bool awaitFile(const std::string& file, Signals& signals) {
  while (!std::filesystem::exists(file)) {
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
  if (options.follow && !awaitFile(file, signals)) return kSuccess;
  const auto reader = Reader::open(file);
  if (!reader) {
    report(reader.error().detail);
    return kBadInput;
  }
  Printer printer(**reader, *filter, options.format);
  if (!printer.beginWith(options.last)) return kBadInput;
  while (options.follow && signals.wait(kFollowEvery) != Wake::Terminate) {
    if (!printer.print()) return kBadInput;
  }
  return kSuccess;
}

}  // namespace spillway::ctl
