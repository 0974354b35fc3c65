// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string_view>

#include "engine/history/filter.h"
#include "engine/history/filter_node.h"

namespace spillway::history {

/// A filter's tree; null when the text is empty: it selects all.
Result<std::shared_ptr<const FilterNode>, FilterError> parseFilter(std::string_view text, WallTime now);

}  // namespace spillway::history
