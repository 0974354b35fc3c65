// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "engine/observe/capture_view.h"

namespace spillway::ui {

/// What a call was made of on the wire, as paragraphs of Markdown: its DATA frames on both hops, and the
/// flow-control windows that were shut for a while. Nothing where no frames are known. Pure.
QStringList wireStory(const observe::CaptureView& view, WallTime started);

}  // namespace spillway::ui
