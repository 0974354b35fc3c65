// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spillway::proxy {

/// The bytes that this stands for; nullopt when it is no base64url without padding (RFC 7515 §2).
std::optional<std::string> decodeBase64Url(std::string_view text);

}  // namespace spillway::proxy
