// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/history/filter_node.h"

namespace spillway::history {

/// What a person wrote as the value of a field that is no text, as numbers: "5xx", "250ms", "2kB",
/// "UNAVAILABLE", "10s ago", "2026-03-02T09:15:04Z". An error is a sentence that names the field, the value
/// and what would be right.
Result<NumberRange, std::string> readValue(const FieldInfo&, std::string_view text, WallTime now);

/// "250ms" in microseconds.
Result<std::int64_t, std::string> readDuration(std::string_view name, std::string_view text);

}  // namespace spillway::history
