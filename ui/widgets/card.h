// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

namespace spillway::ui {

/// A white, bordered, rounded surface that holds one thing. Brings no layout.
class Card : public QFrame {
  Q_OBJECT

 public:
  explicit Card(QWidget* parent = nullptr);
};

}  // namespace spillway::ui
