// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/observe/events.h"

namespace spillway::observe {

/// ALB's access log line (34 fields, User Guide "Access log entries"), without the line end. Pure.
std::string formatAccessLogLine(const StreamRecord&);

/// "2026-03-02T09:15:04.218734Z"
std::string formatIsoTime(WallTime);

/// ALB's resource id of a load balancer, "app/<name>/<16 hex>"; stable for a name.
std::string loadBalancerResource(const std::string& name);
/// ARN-shaped name of a target group, stable for a name (account 000000000000, region local-1).
std::string targetGroupArn(const std::string& name);

}  // namespace spillway::observe
