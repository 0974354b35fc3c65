// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/observe/capture.h"
#include "engine/observe/events.h"

namespace spillway::exporting {

/// An ended stream as it is taken along: its summary, and what was kept of what passed.
struct RecordedStream {
  std::shared_ptr<const observe::StreamRecord> record;  ///< never null
  observe::CapturedStream capture;                      ///< without batches: nothing was kept
};

}  // namespace spillway::exporting
