// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spillway {

/// Bytes as text that is safe in URLs and cookies, without padding (RFC 4648 §5).
std::string toBase64Url(std::string_view bytes);
/// The bytes of such a text; nullopt when it is none. Each byte string has exactly one text.
std::optional<std::string> fromBase64Url(std::string_view text);

}  // namespace spillway
