// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/history/filter.h"

namespace spillway::ctl {

/// Prints to stderr what is wrong with a filter, and the filter with a mark under it.
void showMistake(const std::string& filter, const history::FilterError& error);

}  // namespace spillway::ctl
