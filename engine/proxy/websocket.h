// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace spillway::proxy {

/// A new Sec-WebSocket-Key: 16 random bytes in base64 (RFC 6455 §4.1).
std::string newWebSocketKey();

}  // namespace spillway::proxy
