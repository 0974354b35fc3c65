// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/observe/events.h"

/// Requests as lines of files. Fields are named as in filters; durations are seconds, sizes bytes, times ISO
/// 8601; what a request does not have is left out or empty.
namespace spillway::history {

/// {"status":200,"grpc.status":"OK",…}, without the line's end.
std::string jsonLine(const observe::StreamRecord&);

/// "status,grpc.status,…" (RFC 4180), without the line's end.
std::string csvHead();
std::string csvLine(const observe::StreamRecord&);

}  // namespace spillway::history
