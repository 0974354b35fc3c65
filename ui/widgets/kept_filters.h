// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

/// The filters that a person keeps, the same ones for all logs. In the settings; what is broken there counts
/// as nothing.
namespace spillway::ui {

struct SavedFilter {
  QString name, filter;
};

/// By name.
QList<SavedFilter> savedFilters();
bool isSavedFilter(const QString& name);
/// Takes the place of one with the same name.
void saveFilter(const SavedFilter& filter);
void removeSavedFilter(const QString& name);

/// The last ones that were used, the newest first.
QStringList recentFilters();
void rememberFilter(const QString& filter);

}  // namespace spillway::ui
