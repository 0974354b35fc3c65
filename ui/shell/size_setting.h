// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <utility>

class QWidget;

namespace spillway::ui {

/// How large everything in the window is, in percent; what can be chosen, in words. The larger ones are for a
/// projector.
const QList<std::pair<int, QString>>& sizeChoices();
/// The size that was chosen last; 100 at first.
int savedSize();
/// From the next start on.
void chooseSize(int percent);
/// Makes Qt draw in the saved size, unless QT_SCALE_FACTOR says otherwise. Before the application object.
void useSavedSize();
/// A window that is larger than its screen gets as large as that.
void fitToScreen(QWidget& window);

}  // namespace spillway::ui
