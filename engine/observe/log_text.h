// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Pieces that the lines of ALB's three logs are made of. Pure.
namespace spillway::observe {

/// The text, or "-" in place of an empty one.
std::string_view orDash(std::string_view text);

/// The text between quotes, `"-"` for an empty one. Quotes, backslashes, control characters and bytes from
/// 0x7F on become \xHH, so that a line stays one line whatever a peer sends.
std::string quoted(std::string_view text);

/// "0.003" of 3400: seconds with 3 decimals. Not negative.
std::string formatSeconds(std::int64_t micros);

}  // namespace spillway::observe
