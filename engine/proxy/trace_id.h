// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::proxy {

/// "TID_" and 32 random hexadecimal digits.
std::string newConnectionTraceId();

/// X-Amzn-Trace-Id for the target, made from what the client sent ("" = nothing): a new Root, or Self beside
/// the Root that came (alb-behaviour §5.4). `headerBytes`: all fields of the request; over 7 KB only a new
/// Root is sent.
std::string nextTrace(std::string_view incoming, std::size_t headerBytes);

}  // namespace spillway::proxy
