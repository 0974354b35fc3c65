// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/kept_filters.h"

#include <QSettings>
#include <QVariantMap>

namespace spillway::ui {

namespace {

const QString kSavedKey = QStringLiteral("filters/saved");
const QString kRecentKey = QStringLiteral("filters/recent");
constexpr qsizetype kMostRecent = 40;

QVariantMap savedMap() {
  return QSettings().value(kSavedKey).toMap();
}

}  // namespace

QList<SavedFilter> savedFilters() {
  const QVariantMap saved = savedMap();
  QList<SavedFilter> filters;
  for (auto at = saved.cbegin(); at != saved.cend(); ++at)
    filters.append({at.key(), at.value().toString()});
  return filters;
}

bool isSavedFilter(const QString& name) {
  return savedMap().contains(name);
}

void saveFilter(const SavedFilter& filter) {
  QVariantMap saved = savedMap();
  saved.insert(filter.name, filter.filter);
  QSettings().setValue(kSavedKey, saved);
}

void removeSavedFilter(const QString& name) {
  QVariantMap saved = savedMap();
  saved.remove(name);
  QSettings().setValue(kSavedKey, saved);
}

QStringList recentFilters() {
  return QSettings().value(kRecentKey).toStringList();
}

void rememberFilter(const QString& filter) {
  QStringList recent = recentFilters();
  if (recent.value(0) == filter) return;
  recent.removeAll(filter);
  recent.prepend(filter);
  QSettings().setValue(kRecentKey, recent.mid(0, kMostRecent));
}

}  // namespace spillway::ui
