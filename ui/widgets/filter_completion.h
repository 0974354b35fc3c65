// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "engine/history/filter_fields.h"

namespace spillway::ui {

/// What is being written at a place of a filter.
struct FilterPlace {
  int begin = 0;                              ///< of the word, its opening quote included
  QString word;                               ///< as far as it is written, without the quote
  const history::FieldInfo* field = nullptr;  ///< whose value it is; null: something else, a field perhaps
  bool isHeader = false;                      ///< it is a header's name
};

/// What is written before `cursor`.
FilterPlace filterPlaceAt(const QString& text, int cursor);
/// What can stand there; `seen` are values of the field, as they are.
QStringList filterOffers(const FilterPlace& place, const QStringList& seen);

}  // namespace spillway::ui
