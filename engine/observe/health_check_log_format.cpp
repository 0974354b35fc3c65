// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/health_check_log_format.h"

#include <fmt/format.h>

#include "engine/observe/access_log_format.h"
#include "engine/observe/log_text.h"
#include "engine/observe/resource_names.h"

namespace spillway::observe {

std::string formatHealthCheckLogLine(const HealthEvent& event, std::string_view nodeIp) {
  // The log has the time at which a check began, the event the one at which its result was there.
  const WallTime began = event.time - std::chrono::microseconds(event.latencyMicros);
  const std::string balancer = event.loadBalancer.empty() ? "-" : loadBalancerResource(event.loadBalancer);
  return fmt::format("{} {} {}.{:06}000 {} {} {} {} {} {} {}", orDash(event.logType), formatIsoTime(began),
                     event.latencyMicros / 1'000'000, event.latencyMicros % 1'000'000, orDash(event.address),
                     orDash(event.target.group), event.passed ? "PASS" : "FAIL",
                     event.code ? std::to_string(*event.code) : "-", orDash(event.logReason), balancer,
                     orDash(nodeIp));
}

}  // namespace spillway::observe
