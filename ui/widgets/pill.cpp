// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/pill.h"

#include <QStyle>
#include <QVariant>

namespace spillway::ui {

namespace {

const char* nameOf(Tone tone) {
  switch (tone) {
    case Tone::Good:
      return "good";
    case Tone::Bad:
      return "bad";
    case Tone::Warning:
      return "warning";
    case Tone::Accent:
      return "accent";
    case Tone::Neutral:
      break;
  }
  return "neutral";
}

}  // namespace

Pill::Pill(const QString& text, Tone tone, QWidget* parent) : QLabel(text, parent) {
  setTextFormat(Qt::PlainText);
  setAlignment(Qt::AlignCenter);
  setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Maximum);
  setTone(tone);
}

void Pill::setTone(Tone tone) {
  if (property("tone").toByteArray() == nameOf(tone)) return;
  setProperty("tone", QByteArray(nameOf(tone)));
  style()->unpolish(this);
  style()->polish(this);
}

}  // namespace spillway::ui
