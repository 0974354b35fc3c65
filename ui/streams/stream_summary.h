// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "ui/models/stream_store.h"
#include "ui/widgets/fact_list.h"

namespace spillway::ui {

/// What is known of a stream, in words: who, where, how long, how it ended and why.
std::vector<Fact> streamFacts(const StreamEntry& entry);

}  // namespace spillway::ui
