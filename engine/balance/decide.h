// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/balance/pick.h"
#include "engine/balance/snapshot.h"
#include "engine/balance/stickiness.h"
#include "engine/balance/weighted_groups.h"
#include "engine/http/message.h"
#include "engine/observe/decision.h"

/// Puts the balancer's decisions into a trace. Not for the request path of requests that nobody asks about.
namespace spillway::balance {

/// The group that the action's choice gave, and the client's session with it.
void noteGroup(observe::Decision& decision, const ActionSnapshot& action, const GroupChoice& choice,
               const StickySession& session);

/// The choice of a target, with its candidates as they are now: to be called before the chosen one counts the
/// request.
observe::TargetChoice describe(const GroupSnapshot& group, const PickRequest& request, const Pick& pick);

/// What would be decided about a request now. Chooses nothing, so that no turn of a real request is taken;
/// where the group would be drawn by weight, it is one of them. Any thread.
observe::Decision explain(const ListenerSnapshot& listener, const http::MessageHead& request,
                          const net::SocketAddress& client, const CookieSealer& sealer, TimePoint now);

}  // namespace spillway::balance
