// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

/// What things are called in logs and metrics, in the shape of AWS's names. Each is stable for a name.
namespace spillway::observe {

/// The one availability zone of this machine's balancer, and of targets without one.
inline constexpr const char* kLocalZone = "local-1a";

/// "app/<name>/<16 hex>"
std::string loadBalancerResource(const std::string& name);
/// "targetgroup/<name>/<16 hex>"
std::string targetGroupResource(const std::string& name);
/// "arn:aws:elasticloadbalancing:local-1:000000000000:targetgroup/<name>/<16 hex>"
std::string targetGroupArn(const std::string& name);

}  // namespace spillway::observe
