// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spillway::exporting {

/// Bytes as text with padding (RFC 4648 §4).
std::string toBase64(std::string_view bytes);
/// The bytes of such a text; nullopt when it is none.
std::optional<std::string> fromBase64(std::string_view text);

}  // namespace spillway::exporting
