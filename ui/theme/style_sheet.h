// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "ui/theme/theme.h"

namespace spillway::ui {

/// The program's one style sheet, in these colours. Widgets opt in to variants by dynamic properties: "role"
/// = primary | link | muted | card | panel, "tone" = neutral | good | bad | warning | accent.
QString styleSheet(const ThemeColors& colors, bool isDark);

}  // namespace spillway::ui
