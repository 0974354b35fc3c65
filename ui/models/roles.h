// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <qnamespace.h>

namespace spillway::ui {

/// What models answer beyond Qt's roles.
enum Role : int {
  RawRole = Qt::UserRole + 1,  ///< the plain value, for files and sorting: numbers without units, ISO times
  SparkRole,                   ///< a QVector<double>: what a small line shows
  GlyphColorRole,              ///< a QColor for the first sign of the text only, its glyph
};

}  // namespace spillway::ui
