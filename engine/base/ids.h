// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace spillway {

/// One request/response exchange through the balancer; unique while the program runs, grows with time per
/// worker.
using StreamId = std::uint64_t;

/// Who a target is: identity is (group, address as configured, port), so it survives edits of everything
/// else.
struct TargetId {
  std::string group;       ///< target group name
  std::string address;     ///< IP address or host name, as configured
  std::uint16_t port = 0;  ///< traffic port

  bool operator==(const TargetId&) const = default;
  auto operator<=>(const TargetId&) const = default;
};

/// Who a listener is: identity is (load balancer, effective listener name).
struct ListenerId {
  std::string loadBalancer;
  std::string listener;

  bool operator==(const ListenerId&) const = default;
  auto operator<=>(const ListenerId&) const = default;
};

/// Who a route is: a listener's rule and, where the rule forwards, the group that it sends to.
struct RouteId {
  ListenerId listener;
  std::uint32_t rule = 0;  ///< priority; 0 = the default rule
  std::string group;       ///< empty: the rule answers itself, or no group gets anything

  bool operator==(const RouteId&) const = default;
  auto operator<=>(const RouteId&) const = default;
};

}  // namespace spillway
