// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/lesson_card.h"

#include <QPainter>

#include "ui/lab/lesson.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kSide = 13, kTop = 10, kGap = 4, kRadius = 8;

}  // namespace

LessonCard::LessonCard(int number, const Lesson& lesson, QWidget* parent)
    : QAbstractButton(parent),
      title_(QStringLiteral("%1 %2").arg(number).arg(lesson.title)),
      method_(splitGrpcPath(lesson.method.toStdString()).second),
      shape_(lesson.shape) {
  setCheckable(true);
  setAutoExclusive(true);
  setFocusPolicy(Qt::StrongFocus);
  setCursor(Qt::PointingHandCursor);
  setAttribute(Qt::WA_Hover);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(title_);
  setAccessibleDescription(QStringLiteral("%1: %2").arg(method_, shape_));
  setToolTip(shape_);
}

void LessonCard::setDone(bool isDone) {
  isDone_ = isDone;
  update();
}

QSize LessonCard::sizeHint() const {
  const int line = fontMetrics().height();
  return {150, 2 * kTop + 3 * line + 2 * kGap};
}

void LessonCard::paintEvent(QPaintEvent*) {
  const ThemeColors& colors = Theme::colors();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const bool isMarked = isChecked() || hasFocus() || underMouse();
  painter.setPen(QPen(isMarked ? colors.accent : colors.border, isChecked() ? 2 : 1));
  painter.setBrush(colors.surface);
  painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), kRadius, kRadius);
  QRect line(kSide, kTop, width() - 2 * kSide, fontMetrics().height());
  const auto write = [&](const QFont& font, const QColor& color, const QString& text) {
    painter.setFont(font);
    painter.setPen(color);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(text, Qt::ElideRight, line.width()));
    line.translate(0, line.height() + kGap);
  };
  QFont title = font();
  title.setWeight(QFont::DemiBold);
  write(title, colors.text, isDone_ ? title_ + QStringLiteral("  ✔") : title_);
  write(font(), colors.mutedText, method_);
  QFont fixed = Theme::fixedFont();
  write(fixed, colors.text, shape_);
}

}  // namespace spillway::ui
