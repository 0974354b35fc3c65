// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

namespace spillway::ui {

/// The two sets of colours; `Theme` chooses between them.
const ThemeColors& lightColors();
const ThemeColors& darkColors();

}  // namespace spillway::ui
