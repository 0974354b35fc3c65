// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include "engine/observe/events.h"

namespace spillway::ui {

/// One record as one line of JSON (with the line end): ISO times, microseconds, bytes; unknown values are
/// left out.
QByteArray recordJsonLine(const observe::StreamRecord& record);

}  // namespace spillway::ui
