// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/balance/snapshot.h"
#include "engine/http/message.h"
#include "engine/net/socket_address.h"
#include "engine/observe/decision.h"

namespace spillway::balance {

/// The rules in the order in which they were tried; the last one is the rule that matched.
using RuleTrace = std::vector<observe::RuleTry>;

struct RuleMatch {
  const RuleSnapshot& rule;     ///< lives as long as the listener's snapshot
  std::uint32_t evaluated = 0;  ///< how many rules come up to it, the default rule not counted
};

/// The first rule whose conditions all hold; the default rule when there is no other. `trace` may be null:
/// nobody asked, and nothing is put into words.
RuleMatch match(const ListenerSnapshot&, const http::MessageHead& request, const net::SocketAddress& client,
                RuleTrace* trace = nullptr);

}  // namespace spillway::balance
