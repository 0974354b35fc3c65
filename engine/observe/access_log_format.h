// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/observe/events.h"

namespace spillway::observe {

/// ALB's access log line (34 fields, User Guide "Access log entries"), without the line end. Pure.
std::string formatAccessLogLine(const StreamRecord&);

/// The same, appended to `text`.
void appendAccessLogLine(std::string& text, const StreamRecord&);

/// "2026-03-02T09:15:04.218734Z"
std::string formatIsoTime(WallTime);

}  // namespace spillway::observe
