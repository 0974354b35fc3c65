// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/history/filter_node.h"

namespace spillway::history {

bool isTrue(const FilterNode&, const observe::StreamRecord&);

/// Whether the word, which is in lower case, is found in the text, whatever the case of ASCII letters.
bool containsLowered(std::string_view text, std::string_view loweredWord);

}  // namespace spillway::history
