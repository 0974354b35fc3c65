// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <utility>

#include "ui/theme/theme.h"

namespace spillway::ui {

/// What can be chosen, in words.
const QList<std::pair<ThemeMode, QString>>& themeChoices();
/// The theme that was chosen last; ThemeMode::System at first.
ThemeMode savedTheme();
/// Switches the running program and remembers the choice.
void chooseTheme(ThemeMode mode);

}  // namespace spillway::ui
