// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/card.h"

#include <QVariant>

namespace spillway::ui {

Card::Card(QWidget* parent) : QFrame(parent) {
  setProperty("role", QByteArray("card"));
}

}  // namespace spillway::ui
