// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "app/spillwayctl/commands.h"
#include "app/spillwayctl/filter_mistake.h"
#include "app/spillwayctl/session.h"
#include "engine/export/history_streams.h"
#include "engine/history/reader.h"

namespace spillway::ctl {

int exportStreams(const ExportOptions& options, Signals& signals) {
  const auto filter = history::Filter::parse(options.filter, wallNow());
  if (!filter) {
    showMistake(options.filter, filter.error());
    return kBadInput;
  }
  const std::string folder = options.dataDirectory.empty() ? defaultDataDirectory() : options.dataDirectory;
  const auto reader = history::Reader::open(history::fileIn(folder));
  if (!reader) {
    report(reader.error().detail);
    return kBadInput;
  }
  const auto writer = exporting::openWriter(options.format, options.file);
  if (!writer) {
    report(writer.error().detail);
    return kBadInput;
  }
  const auto isWanted = [&](double) { return signals.wait(std::chrono::milliseconds(0)) != Wake::Terminate; };
  const auto count = exporting::exportHistory(**reader, *filter, **writer, isWanted);
  const auto finished = count ? (*writer)->finish() : Result<void>(failure(count.error()));
  if (!finished) {
    report(finished.error().detail);
    return kBadInput;
  }
  fmt::print("{} streams written to {}, {} of them with what passed on them.\n", count->streams, options.file,
             count->recorded);
  return kSuccess;
}

}  // namespace spillway::ctl
