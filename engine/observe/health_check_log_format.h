// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/observe/events.h"

namespace spillway::observe {

/// ALB's health check log line (10 fields, User Guide "Health check log entries"), without the line end; the
/// event is one of a check that was made. `nodeIp`: field 10. Pure.
std::string formatHealthCheckLogLine(const HealthEvent&, std::string_view nodeIp);

}  // namespace spillway::observe
