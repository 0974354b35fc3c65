// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/health/host_counts.h"

namespace spillway::health {

using observe::TargetState;

std::map<std::string, HostCounts> countHosts(const std::vector<TargetStatus>& statuses) {
  std::map<std::string, HostCounts> groups;
  for (const TargetStatus& status : statuses) {
    HostCounts& counts = groups[status.id.group];
    switch (status.state) {
      case TargetState::Healthy:
        ++counts.healthy;
        break;
      case TargetState::Unhealthy:
        ++counts.unhealthy;
        break;
      case TargetState::Initial:
        ++counts.initial;
        break;
      case TargetState::Draining:
        ++counts.draining;
        break;
      case TargetState::Unused:
        ++counts.unused;
        break;
    }
  }
  return groups;
}

}  // namespace spillway::health
