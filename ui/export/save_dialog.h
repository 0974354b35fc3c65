// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIODevice>
#include <QString>
#include <QWidget>
#include <functional>

namespace spillway::ui {

/// What the dialog offers: a title, a file name to start from, and "CSV files (*.csv)".
struct SaveOffer {
  QString title, fileName, fileType;
};

/// Asks for a file without blocking the window.
void askForFile(QWidget* parent, const SaveOffer& offer, std::function<void(const QString& name)> chosen);
/// A message that names the file and the reason.
void tellNotSaved(QWidget* parent, const QString& file, const QString& reason);

/// Asks for a file without blocking the window, then writes it whole or not at all. A failure is told in a
/// message that names the file and the reason.
void saveWithDialog(QWidget* parent, const SaveOffer& offer, std::function<void(QIODevice&)> write);

}  // namespace spillway::ui
