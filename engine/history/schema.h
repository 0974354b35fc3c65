// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/history/database.h"

namespace spillway::history {

/// Of the tables that this program writes; kept in the file as PRAGMA user_version.
inline constexpr int kSchemaVersion = 6;

/// From which version on there are metrics, streams' parts, decisions, and header fields of entries.
inline constexpr std::int64_t kWithMetrics = 2, kWithCaptures = 4, kWithDecisions = 5, kWithHeaders = 6;

/// Bits of the flags of health rows.
inline constexpr std::int64_t kHealthChanged = 1, kCheckPassed = 2, kIsCheck = 4;

/// Makes a new file's tables, or takes an older file's to this version. An error says that the file is of a
/// newer version: it is left as it is. Throws DatabaseError.
Result<void> bringToSchema(Database&);

/// Whether a file of this version can be read by this program; an error says why not.
Result<void> expectSchema(Database&);

}  // namespace spillway::history
