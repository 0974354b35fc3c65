// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/observe/events.h"

namespace spillway::observe {

/// ALB's connection log line (15 fields, User Guide "Connection log entries"), without the line end. Pure.
std::string formatConnectionLogLine(const ConnectionRecord&);

}  // namespace spillway::observe
