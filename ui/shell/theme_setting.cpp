// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/theme_setting.h"

#include <QSettings>

namespace spillway::ui {

namespace {
constexpr auto kThemeKey = "window/theme";
}

const QList<std::pair<ThemeMode, QString>>& themeChoices() {
  static const QList<std::pair<ThemeMode, QString>> choices{
      {ThemeMode::System, QStringLiteral("Like the system")},
      {ThemeMode::Light, QStringLiteral("Light")},
      {ThemeMode::Dark, QStringLiteral("Dark")}};
  return choices;
}

ThemeMode savedTheme() {
  const QString saved = QSettings().value(QLatin1String(kThemeKey)).toString();
  if (saved == QLatin1String("light")) return ThemeMode::Light;
  if (saved == QLatin1String("dark")) return ThemeMode::Dark;
  return ThemeMode::System;
}

void chooseTheme(ThemeMode mode) {
  const char* words = mode == ThemeMode::Light ? "light" : mode == ThemeMode::Dark ? "dark" : "system";
  QSettings().setValue(QLatin1String(kThemeKey), QLatin1String(words));
  Theme::apply(*qApp, mode);
}

}  // namespace spillway::ui
