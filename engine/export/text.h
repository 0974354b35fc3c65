// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/observe/capture_view.h"

namespace spillway::exporting {

/// What the capture keeps of a field that must not be stored.
inline constexpr std::string_view kRedacted = "(redacted)";

/// The bytes are UTF-8 without control characters other than line ends and tabs.
bool isText(std::string_view bytes);

/// The header fields of a hop and direction, of the last head that is no interim answer; null: not kept.
const observe::FieldList* headOf(const observe::CaptureView&, observe::Hop, observe::Direction);
/// The trailer fields; null: there were none.
const observe::FieldList* trailersOf(const observe::CaptureView&, observe::Hop, observe::Direction);
/// The value of a field, whatever its letters' case; "" where there is none.
std::string_view valueOf(const observe::FieldList*, std::string_view name);

}  // namespace spillway::exporting
