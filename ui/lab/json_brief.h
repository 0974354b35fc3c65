// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace spillway::ui {

/// A message's JSON on one short line: texts first, then what is nested as "[0, 1]", then other values with
/// their names. Other text comes back on one line.
QString jsonBrief(const QString& json);

}  // namespace spillway::ui
