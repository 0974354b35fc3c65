// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/history_streams.h"

namespace spillway::exporting {
namespace {

using history::Entry;

constexpr std::size_t kPage = 200;

Result<void> writeOne(history::Reader& reader, const Entry& entry, StreamWriter& writer, ExportCount& count) {
  auto captured = reader.captured(entry.record->head->id, entry.record->head->started);
  if (!captured) return failure(captured.error());
  ++count.streams;
  if (*captured) ++count.recorded;
  return writer.write({entry.record, captured->value_or(observe::CapturedStream())});
}

}  // namespace

Result<ExportCount> exportHistory(history::Reader& reader, const history::Filter& filter,
                                  StreamWriter& writer, const std::function<bool(double)>& tell) {
  ExportCount count;
  const auto range = reader.range();
  if (!range) return failure(range.error());
  const auto ends = range->value_or(history::Reader::Range{});
  for (std::int64_t after = 0;;) {
    const auto page = reader.page(filter, history::Order::OldestFirst, after, kPage);
    if (!page) return failure(page.error());
    for (const Entry& entry : *page) {
      // What ends while this runs is not waited for.
      if (entry.id > ends.newest) return count;
      if (auto written = writeOne(reader, entry, writer, count); !written) return failure(written.error());
      const auto done = static_cast<double>(entry.id - ends.oldest + 1);
      if (tell && !tell(done / static_cast<double>(ends.newest - ends.oldest + 1)))
        return failure(Error{ErrorCode::Drained, Side::Balancer, "The export was cancelled."});
    }
    if (page->size() < kPage) return count;
    after = page->back().id;
  }
}

}  // namespace spillway::exporting
