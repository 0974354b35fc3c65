// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "engine/health/target_status.h"

namespace spillway::health {

/// A target group's targets by state. Draining and unused targets count as neither healthy nor unhealthy
/// (ALB: deregistering lowers HealthyHostCount and does not raise UnHealthyHostCount); nor do initial ones.
struct HostCounts {
  std::size_t healthy = 0, unhealthy = 0, initial = 0, draining = 0, unused = 0;
  bool operator==(const HostCounts&) const = default;
};

/// By target group; groups without targets are absent.
std::map<std::string, HostCounts> countHosts(const std::vector<TargetStatus>& statuses);

}  // namespace spillway::health
