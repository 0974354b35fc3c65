// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <functional>

namespace spillway::ui {

/// Tells the share that is done, 0-1; false: it is not wanted any more.
using GoOn = std::function<bool(double)>;

/// Writes a file in a thread of its own: `work` returns in words what went wrong, "" for nothing, and leaves
/// no file when it failed or was told not to go on. Shows how far it is and can be cancelled; a failure is
/// told in a message.
void writeInBackground(QWidget* parent, const QString& file, std::function<QString(const GoOn&)> work);

}  // namespace spillway::ui
