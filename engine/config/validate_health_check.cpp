// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "engine/config/findings.h"
#include "engine/config/matcher.h"

namespace spillway::config {
namespace {

constexpr std::size_t kLongestPath = 1024;

/// One of the numbers that ALB bounds more tightly than a desk needs.
struct Pace {
  const char* field;
  const char* what;
  std::uint32_t value;
  Range alb;
};

void checkPace(Findings& findings, const std::string& path, const Pace& pace, bool fast) {
  const Range wide{1, pace.alb.highest};
  if ((fast ? wide : pace.alb).contains(pace.value)) return;
  std::string message = fmt::format("{} is {}-{}", pace.what, fast ? 1 : pace.alb.lowest, pace.alb.highest);
  if (!fast && wide.contains(pace.value)) {
    message += fmt::format("; the load balancer's switch beyondAlb.fastHealthChecks (not on AWS) allows {}",
                           pace.value);
  }
  findings.error(fmt::format("{}.{}", path, pace.field), std::to_string(pace.value), message + ".");
}

/// Cross-field: said at both fields, so that a form can show it wherever the person is.
void checkTimeoutAgainstInterval(Findings& findings, const std::string& path, const HealthCheck& check) {
  if (check.timeoutSeconds < check.intervalSeconds) return;
  findings.error(path + ".healthCheckIntervalSeconds", std::to_string(check.intervalSeconds),
                 fmt::format("Interval ({} s) must be longer than the timeout ({} s).", check.intervalSeconds,
                             check.timeoutSeconds));
  findings.error(path + ".healthCheckTimeoutSeconds", std::to_string(check.timeoutSeconds),
                 fmt::format("Health check timeout '{}' must be smaller than the interval '{}'.",
                             check.timeoutSeconds, check.intervalSeconds));
}

bool isMethodPath(const std::string& path) {
  const auto second = path.find('/', 1);
  return second != std::string::npos && second > 1 && second + 1 < path.size() &&
         path.find_first_of("/?#", second + 1) == std::string::npos;
}

void checkPath(Findings& findings, const std::string& path, const std::string& value, bool grpc) {
  const bool printable = std::ranges::all_of(value, [](unsigned char c) { return c > 0x20 && c < 0x7F; });
  if (value.empty() || value.front() != '/') {
    findings.error(path, value, "A health check path starts with \"/\".");
  } else if (value.size() > kLongestPath) {
    findings.error(path, value.substr(0, 32) + "…", "A health check path has 1024 characters at the most.");
  } else if (!printable) {
    findings.error(path, value,
                   "A health check path has no spaces, control characters or letters beyond ASCII.");
  } else if (grpc && !isMethodPath(value)) {
    findings.error(
        path, value,
        "A gRPC health check path has the form /package.Service/Method, like /grpc.health.v1.Health/Check.");
  }
}

void checkMatcher(Findings& findings, const std::string& path, const Matcher& matcher, bool grpc) {
  const std::string& codes = grpc ? matcher.grpcCode : matcher.httpCode;
  const auto parsed = grpc ? CodeMatcher::parse(codes, 0, 99) : CodeMatcher::parse(codes, 200, 499);
  if (!parsed) findings.error(path + (grpc ? ".grpcCode" : ".httpCode"), codes, parsed.error().detail);
}

}  // namespace

void checkHealthCheck(Findings& findings, const std::string& path, const TargetGroup& group,
                      const LoadBalancer* user) {
  const HealthCheck& check = group.healthCheck;
  const bool grpc = group.protocolVersion == ProtocolVersion::Grpc;
  const bool fast = user != nullptr && user->beyondAlb.fastHealthChecks;
  if (check.port) {
    checkRange(findings, path + ".healthCheckPort", *check.port, kPorts,
               "Other than \"traffic-port\", a port");
  }
  checkPath(findings, path + ".healthCheckPath", check.path, grpc);
  for (const Pace& pace : {
           Pace{"healthCheckIntervalSeconds", "An interval (seconds)", check.intervalSeconds, {5, 300}},
           Pace{"healthCheckTimeoutSeconds", "A timeout (seconds)", check.timeoutSeconds, {2, 120}},
           Pace{"healthyThresholdCount", "A healthy threshold", check.healthyThresholdCount, {2, 10}},
           Pace{"unhealthyThresholdCount", "An unhealthy threshold", check.unhealthyThresholdCount, {2, 10}},
       }) {
    checkPace(findings, path, pace, fast);
  }
  checkTimeoutAgainstInterval(findings, path, check);
  checkMatcher(findings, path + ".matcher", check.matcher, grpc);
}

}  // namespace spillway::config
