// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/observe/capture.h"

/// A captured stream as the bytes of a row.
namespace spillway::history {

std::string encodeCapture(const observe::CapturedStream&);
/// nullopt: these are not such bytes.
std::optional<observe::CapturedStream> decodeCapture(std::string_view bytes);

}  // namespace spillway::history
