// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/export/recorded_stream.h"

namespace spillway::ui {

/// What the engine told of a stream while it ran, made again from what was captured of it. Any thread.
std::vector<observe::Event> eventsOf(const exporting::RecordedStream& stream);

}  // namespace spillway::ui
