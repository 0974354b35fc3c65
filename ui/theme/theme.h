// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QColor>
#include <QFont>
#include <QIcon>
#include <QString>

#include "engine/observe/events.h"

namespace spillway::ui {

enum class ThemeMode { System, Light, Dark };

/// Colours with a meaning, beyond QPalette's roles. The pictures in light; their counterparts in dark.
struct ThemeColors {
  QColor window, surface, sunken, border, text, mutedText;
  QColor accent, accentSoft, onAccent;
  QColor good, bad, warning, notice;                     ///< text-grade: contrast >= 4.5 on surface
  QColor request, response, headers, trailers;           ///< arrows of the sequence
  QColor healthy, unhealthy, initial, draining, unused;  ///< health shapes
  QColor series[8];                                      ///< plots; distinguishable for colour-blind readers
};

/// Palette, style sheet and fonts of the whole program. Widgets ask for colours at paint time, so that a
/// switch between light and dark needs no restart.
class Theme {
 public:
  static void apply(QApplication& app, ThemeMode mode);
  static const ThemeColors& colors();
  static bool isDark();
  static QFont fixedFont();
  /// A tinted icon from resources/icons/<name>.svg.
  static QIcon icon(const QString& name);
};

/// While it lives colours are those of paper, the light ones. UI thread, within one function.
class PaperColors {
 public:
  PaperColors();
  ~PaperColors();
  PaperColors(const PaperColors&) = delete;
  PaperColors& operator=(const PaperColors&) = delete;

 private:
  const bool wasDark_;
};

/// "✔ Healthy", "✖ Unhealthy", "◌ Initial", … state by shape and word, never by colour alone.
QString healthGlyph(observe::TargetState state);
QString healthWord(observe::TargetState state);
QColor healthColor(observe::TargetState state);
/// For sorting: the worst comes first.
int healthRank(observe::TargetState state);

}  // namespace spillway::ui
