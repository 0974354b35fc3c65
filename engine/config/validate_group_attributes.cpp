// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "engine/config/findings.h"
#include "engine/config/words.h"

/// ALB's ranges and exclusions of target group attributes (alb-behaviour §3.3-3.6, 3.9).
namespace spillway::config {
namespace {

constexpr Range kSlowStart{30, 900};
constexpr Range kStickiness{1, 604'800};
constexpr Range kCounts{1, 1000};  // a group has 1000 targets at the most
constexpr Range kPercentages{1, 100};
constexpr std::string_view kOwnCookies = "AWSALB";  // AWSALBAPP and AWSALBTG begin with it too

void checkAlgorithm(Findings& findings, const std::string& path, const TargetGroupAttributes& attributes) {
  const std::string slowStart = std::to_string(attributes.slowStartSeconds);
  if (attributes.slowStartSeconds != 0 && !kSlowStart.contains(attributes.slowStartSeconds)) {
    findings.error(path + ".slowStartSeconds", slowStart,
                   "A slow start duration (seconds) is 30-900, or 0 for none.");
  } else if (attributes.slowStartSeconds != 0 && attributes.algorithm != Algorithm::RoundRobin) {
    findings.error(path + ".slowStartSeconds", slowStart,
                   fmt::format("Slow start works only with round_robin, not with {}: write 0, or change the "
                               "algorithm.",
                               wordOf(attributes.algorithm)));
  }
  if (attributes.anomalyMitigation && attributes.algorithm != Algorithm::WeightedRandom) {
    findings.error(path + ".anomalyMitigation", "true",
                   fmt::format("Anomaly mitigation works only with weighted_random, not with {}: switch it "
                               "off, or change the algorithm.",
                               wordOf(attributes.algorithm)));
  }
}

/// A cookie's name is a token (RFC 6265 §4.1.1).
bool isCookieName(const std::string& name) {
  return std::ranges::all_of(name, [](unsigned char c) {
    return c > 0x20 && c < 0x7F &&
           std::string_view("()<>@,;:\\\"/[]?={}").find(static_cast<char>(c)) == std::string_view::npos;
  });
}

void checkAppCookie(Findings& findings, const std::string& path, const Stickiness& stickiness) {
  const std::string& name = stickiness.appCookieName;
  if (name.empty()) {
    if (stickiness.enabled && stickiness.type == Stickiness::Type::AppCookie) {
      findings.error(path, "", "Name the cookie that the targets set; stickiness by app_cookie follows it.");
    }
  } else if (name.starts_with(kOwnCookies)) {
    findings.error(path, name,
                   "The name of an application cookie cannot begin with AWSALB, AWSALBAPP or AWSALBTG: these "
                   "are the load balancer's own.");
  } else if (!isCookieName(name)) {
    findings.error(path, name,
                   "The name of a cookie has no spaces, control characters or separators like ; , = \".");
  }
}

void checkStickiness(Findings& findings, const std::string& path, const TargetGroupAttributes& attributes) {
  const Stickiness& stickiness = attributes.stickiness;
  if (stickiness.enabled && attributes.algorithm == Algorithm::WeightedRandom) {
    findings.error(path + ".enabled", "true",
                   "Stickiness does not work with weighted_random: switch it off, or change the algorithm.");
  }
  checkRange(findings, path + ".lbCookieDurationSeconds", stickiness.lbCookieDurationSeconds, kStickiness,
             "A stickiness duration (seconds)");
  checkRange(findings, path + ".appCookieDurationSeconds", stickiness.appCookieDurationSeconds, kStickiness,
             "A stickiness duration (seconds)");
  checkAppCookie(findings, path + ".appCookieName", stickiness);
}

void checkMinimum(Findings& findings, const std::string& path, const MinimumHealthyTargets& minimum) {
  if (minimum.count) {
    checkRange(findings, path + ".count", *minimum.count, kCounts, "A number of healthy targets");
  }
  if (minimum.percentage) {
    checkRange(findings, path + ".percentage", *minimum.percentage, kPercentages,
               "A percentage of healthy targets");
  }
}

void checkOrder(Findings& findings, const std::string& path, std::optional<std::uint32_t> dns,
                std::optional<std::uint32_t> routing) {
  if (!dns || !routing || *dns >= *routing) return;
  findings.error(
      path, std::to_string(*dns),
      fmt::format("The threshold of DNS failover cannot be lower than that of routing to unhealthy "
                  "targets ({}): write {} or more, or \"off\".",
                  *routing, *routing));
}

void checkThresholds(Findings& findings, const std::string& path, const TargetGroupAttributes& attributes) {
  const MinimumHealthyTargets& routing = attributes.unhealthyStateRouting;
  const MinimumHealthyTargets& dns = attributes.dnsFailover;
  if (!routing.count) {
    findings.error(path + ".unhealthyStateRouting.count", "off",
                   "This threshold cannot be switched off: write 1 to route to unhealthy targets only when "
                   "no target is healthy.");
  }
  checkMinimum(findings, path + ".unhealthyStateRouting", routing);
  checkMinimum(findings, path + ".dnsFailover", dns);
  checkOrder(findings, path + ".dnsFailover.count", dns.count, routing.count);
  checkOrder(findings, path + ".dnsFailover.percentage", dns.percentage, routing.percentage);
}

}  // namespace

void checkGroupAttributes(Findings& findings, const std::string& path,
                          const TargetGroupAttributes& attributes) {
  checkRange(findings, path + ".deregistrationDelaySeconds", attributes.deregistrationDelaySeconds, {0, 3600},
             "A deregistration delay (seconds)");
  checkAlgorithm(findings, path, attributes);
  checkStickiness(findings, path + ".stickiness", attributes);
  checkThresholds(findings, path, attributes);
}

}  // namespace spillway::config
