// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "engine/balance/snapshot.h"

namespace spillway::balance {

/// A valid listener's rules made ready, in the order in which they are tried: by priority, the default rule
/// last. `groups` are those of the whole document.
RuleList compileRules(const config::Listener&,
                      const std::vector<std::shared_ptr<const GroupSnapshot>>& groups);

}  // namespace spillway::balance
