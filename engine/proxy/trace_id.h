// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::proxy {

/// "1-69a554f5-0a1b2c3d4e5f60718293a4b5": epoch seconds and 24 random hexadecimal digits.
std::string newTraceId();
/// "TID_" and 32 random hexadecimal digits.
std::string newConnectionTraceId();

/// X-Amzn-Trace-Id for the target, made from what the client sent ("" = nothing): a new Root, or Self beside
/// the Root that came (alb-behaviour §5.4). `headerBytes`: all fields of the request; over 7 KB only a new
/// Root is sent.
std::string nextTrace(std::string_view incoming, std::size_t headerBytes);

}  // namespace spillway::proxy
