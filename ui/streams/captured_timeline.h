// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/observe/capture_view.h"
#include "ui/models/stream_store.h"

namespace spillway::ui {

/// A stream of which only the record is known, with the timeline that its captured parts tell. Pure.
StreamEntry withTimeline(const StreamEntry& bare, const observe::CaptureView& view);

}  // namespace spillway::ui
