// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "engine/config/model.h"

namespace spillway::ui {

/// Success codes in words, for people who do not know them by heart.
struct CodeWords {
  QString
      names;  ///< "12 UNIMPLEMENTED", "0 OK · 12 UNIMPLEMENTED", "all codes from 0 to 99"; "" when unreadable
  QString meaning;  ///< "means: the server is up and answers gRPC"
};

CodeWords describeCodes(config::ProtocolVersion version, const QString& codes);

}  // namespace spillway::ui
