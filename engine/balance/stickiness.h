// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/balance/cookie_sealer.h"
#include "engine/balance/pick.h"
#include "engine/balance/snapshot.h"
#include "engine/balance/sticky_cookie.h"
#include "engine/observe/decision.h"

/// Sessions of a client with one target (alb-behaviour §3.6): AWSALB and AWSALBCORS (lb_cookie), AWSALBAPP-0
/// to -3 (app_cookie).
namespace spillway::balance {

using observe::SessionState;

/// One session as a cookie holds it.
struct SessionEntry {
  TargetId target;
  std::int64_t expires = 0;  ///< seconds since 1970
};

struct StickySession {
  SessionState state = SessionState::Off;
  const TargetSnapshot* target = nullptr;  ///< for PickRequest::sticky; lives in the group
  CookieScope scope = CookieScope::SameSite;
  std::vector<SessionEntry> others;  ///< application cookies hold the sessions of all groups
  std::size_t shards = 0;            ///< of the application cookie, as received
};

/// Reads the client's session with this group.
StickySession readSession(const http::Headers& request, const GroupSnapshot& group,
                          const CookieSealer& sealer, WallTime now);

/// Puts the session's cookies on a target's response, after its own fields. Each response renews a session;
/// an application's session begins when the target sets the application's cookie. Not for answers that the
/// balancer makes.
void addSessionCookies(http::Headers& response, const StickySession& session, const GroupSnapshot& group,
                       const TargetSnapshot& chosen, const CookieSealer& sealer, WallTime now);

/// Counts a request for which stickiness was on and a new target was chosen (NonStickyRequestCount,
/// AppCookieNonStickinessCount).
void countSession(observe::RequestCounts& counts, const StickySession& session, const GroupSnapshot& group,
                  const Pick& pick);

}  // namespace spillway::balance
