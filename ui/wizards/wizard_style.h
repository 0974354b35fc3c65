// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QLabel>
#include <QString>
#include <QWidget>

namespace spillway::ui {

/// What the wizard adds to the program's style sheet, in the theme's colours of now.
QString wizardStyle();

/// Marks a widget for the style sheets: "muted", "problem", "card", "box", "error-notice", … or "".
void setRole(QWidget* widget, const char* role);

/// A heading in the program's font, larger by `scale`.
QLabel* heading(const QString& text, double scale);

/// `share` of `color` laid over `ground`.
QColor blend(const QColor& color, const QColor& ground, double share);

}  // namespace spillway::ui
