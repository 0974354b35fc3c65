// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/observe/events.h"

/// How an exchange's summary becomes a row of the table `entries`, and the other way round: one line for each
/// column.
namespace spillway::history {

/// Bits of the column `flags`.
inline constexpr std::int64_t kFromBalancer = 1, kFailOpen = 2, kSessionReused = 4, kGrpc = 8;

/// A summary that is put together from a row.
struct EntryDraft {
  observe::StreamHead head;
  observe::StreamRecord record;
};

struct NumberColumn {
  const char* name;
  /// nullopt: NULL. Times are microseconds since 1970, durations microseconds.
  std::optional<std::int64_t> (*of)(const observe::StreamRecord&);
  void (*put)(EntryDraft&, std::int64_t);
};

/// A text that comes again and again: the row holds its number in the table `texts`; 0 = empty.
struct TextColumn {
  const char* name;
  /// A view of the record, or of `room`.
  std::string_view (*of)(const observe::StreamRecord&, std::string& room);
  void (*put)(EntryDraft&, std::string_view);
};

/// A text that hardly comes twice: the row holds it.
struct OwnTextColumn {
  const char* name;
  const std::string& (*of)(const observe::StreamRecord&);
  void (*put)(EntryDraft&, std::string_view);
};

std::span<const NumberColumn> numberColumns();
std::span<const TextColumn> textColumns();
std::span<const OwnTextColumn> ownTextColumns();

/// "id, time, started, …": all columns in the order of the three lists.
std::string entryColumnNames();

}  // namespace spillway::history
