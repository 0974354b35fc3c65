// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace spillway::ui {

enum class Tone { Neutral, Good, Bad, Warning, Accent };

/// A word or a count on a small rounded ground.
class Pill : public QLabel {
  Q_OBJECT

 public:
  explicit Pill(const QString& text, Tone tone = Tone::Neutral, QWidget* parent = nullptr);
  void setTone(Tone tone);
};

}  // namespace spillway::ui
