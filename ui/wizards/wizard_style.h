// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QLabel>
#include <QString>
#include <QWidget>

namespace spillway::ui {

/// Style sheet of the wizard in the theme's colours of now: rules for the roles that setRole() gives.
QString wizardStyle();

/// Marks a widget for the style sheet: "muted", "problem", "warning", "good", "card", "panel", "primary", …
/// or "".
void setRole(QWidget* widget, const char* role);

/// A heading in the program's font, larger by `scale`.
QLabel* heading(const QString& text, double scale);

/// `share` of `color` laid over `ground`.
QColor blend(const QColor& color, const QColor& ground, double share);

}  // namespace spillway::ui
