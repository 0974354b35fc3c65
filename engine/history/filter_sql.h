// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/history/database.h"
#include "engine/history/filter.h"
#include "engine/history/filter_node.h"

namespace spillway::history {

SqlCondition toSql(const FilterNode&);

/// Gives a database the functions that filters' conditions call.
void addFilterFunctions(Database&);

}  // namespace spillway::history
