// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/balance/snapshot.h"

namespace spillway::balance {

/// Where the requests count that the rule of this priority sends to this group; to none: "".
using RouteSlots = std::function<observe::Slot(std::uint32_t rule, const std::string& group)>;

/// A valid listener's rules made ready, in the order in which they are tried: by priority, the default rule
/// last. `groups` are those of the whole document; without `slots` the routes are not counted.
RuleList compileRules(const config::Listener&,
                      const std::vector<std::shared_ptr<const GroupSnapshot>>& groups,
                      const RouteSlots& slots = {});

}  // namespace spillway::balance
