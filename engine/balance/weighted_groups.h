// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/balance/cookie_sealer.h"
#include "engine/balance/random.h"
#include "engine/balance/snapshot.h"
#include "engine/base/clock.h"
#include "engine/http/headers.h"

/// Which target group of a forward action gets a request (alb-behaviour §2.6).
namespace spillway::balance {

/// The access log's error reason for GroupCookie::Invalid.
inline constexpr const char* kGroupCookieInvalid = "AWSALBTGCookieInvalid";

/// What became of the client's AWSALBTG.
enum class GroupCookie : std::uint8_t {
  None,     ///< not sent, or group stickiness is off
  Held,     ///< it named the group
  Past,     ///< it has expired, or its group gets nothing now
  Invalid,  ///< not ours, or damaged
};

struct GroupChoice {
  const ForwardGroup* group = nullptr;  ///< null: all weights are 0, so nobody gets it (503)
  GroupCookie cookie = GroupCookie::None;
};

/// By weight, at random; with group stickiness the group that the client was sent to first. There is no
/// failover from one group to another.
GroupChoice chooseGroup(const ActionSnapshot& action, const http::Headers& request,
                        const CookieSealer& sealer, WallTime now, Random& random);

/// Puts AWSALBTG and AWSALBTGCORS on a target's response when the action has group stickiness. Not for
/// answers that the balancer makes.
void addGroupCookies(http::Headers& response, const ActionSnapshot& action, const GroupSnapshot& group,
                     const CookieSealer& sealer, WallTime now);

}  // namespace spillway::balance
