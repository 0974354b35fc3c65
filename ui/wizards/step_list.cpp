// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/step_list.h"

#include <QKeyEvent>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/theme/theme.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {
constexpr int kCircle = 22, kGap = 9, kMargin = 4, kHeight = 34;
constexpr double kSoft = 0.18;
}  // namespace

StepButton::StepButton(int number, const QString& name, const QString& objectName) : number_(number) {
  setText(name);
  setObjectName(objectName);
  setCursor(Qt::PointingHandCursor);
  setState(false, false, 0);
}

void StepButton::setState(bool isCurrent, bool isDone, std::size_t errors) {
  isCurrent_ = isCurrent;
  isDone_ = isDone;
  errors_ = errors;
  // One stop for Tab in the whole list; the arrow keys do the rest.
  setFocusPolicy(isCurrent ? Qt::StrongFocus : Qt::ClickFocus);
  QString state = isCurrent ? QStringLiteral("current step") : isDone ? QStringLiteral("done") : QString();
  if (errors > 0) state = QStringLiteral("%1 to correct").arg(errors);
  setAccessibleName(QStringLiteral("Step %1, %2").arg(number_).arg(text()));
  setAccessibleDescription(state);
  update();
}

QSize StepButton::sizeHint() const {
  return {kMargin + kCircle + kGap + fontMetrics().horizontalAdvance(text()) + 48, kHeight};
}

void StepButton::paintEvent(QPaintEvent*) {
  const ThemeColors& colors = Theme::colors();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  if (underMouse() || hasFocus()) {
    painter.setPen(hasFocus() ? QPen(colors.accent, 1) : Qt::NoPen);
    painter.setBrush(underMouse() ? colors.sunken : QColor(Qt::transparent));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
  }
  const QRectF circle(kMargin, (height() - kCircle) / 2.0, kCircle, kCircle);
  const bool isWrong = errors_ > 0;
  const QColor tone = isWrong ? colors.bad : isDone_ ? colors.good : colors.mutedText;
  painter.setPen(isWrong && !isCurrent_ ? QPen(colors.bad, 1) : Qt::NoPen);
  painter.setBrush(isCurrent_ ? colors.accent : blend(tone, colors.surface, kSoft));
  painter.drawEllipse(circle);
  painter.setPen(isCurrent_ ? colors.onAccent : isWrong || isDone_ ? tone : colors.text);
  const QString glyph = isCurrent_ ? QString::number(number_)
                        : isWrong  ? QStringLiteral("✖")
                                   : QStringLiteral("✓");
  painter.drawText(circle, Qt::AlignCenter,
                   isWrong || isDone_ || isCurrent_ ? glyph : QString::number(number_));

  QRect words(kMargin + kCircle + kGap, 0, width() - kMargin - kCircle - kGap, height());
  if (isWrong) {
    const QString count = QStringLiteral("✖%1").arg(errors_);
    painter.setPen(colors.bad);
    painter.drawText(words.adjusted(0, 0, -4, 0), Qt::AlignVCenter | Qt::AlignRight, count);
    words.setRight(words.right() - fontMetrics().horizontalAdvance(count) - 8);
  }
  QFont font = painter.font();
  font.setWeight(isCurrent_ ? QFont::DemiBold : QFont::Normal);
  painter.setFont(font);
  painter.setPen(isCurrent_ ? colors.accent : colors.text);
  painter.drawText(words, Qt::AlignVCenter,
                   painter.fontMetrics().elidedText(text(), Qt::ElideRight, words.width()));
}

void StepButton::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Up || event->key() == Qt::Key_Down)
    Q_EMIT stepWanted(event->key() == Qt::Key_Up ? -1 : 1);
  else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
    click();
  else
    QAbstractButton::keyPressEvent(event);
}

StepList::StepList() {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  layout->addStretch(1);
}

void StepList::addStep(const QString& name, const QString& objectName) {
  const int index = static_cast<int>(steps_.size());
  auto* button = new StepButton(index + 1, name, objectName);
  static_cast<QVBoxLayout*>(layout())->insertWidget(index, button);
  steps_.push_back({button, false, 0});
  connect(button, &StepButton::clicked, this, [this, index] { Q_EMIT chosen(index); });
  connect(button, &StepButton::stepWanted, this, [this, index](int direction) {
    const int wanted = index + direction;
    if (wanted < 0 || wanted >= static_cast<int>(steps_.size())) return;
    Q_EMIT chosen(wanted);
    steps_[static_cast<std::size_t>(wanted)].button->setFocus(Qt::OtherFocusReason);
  });
  show(index);
}

void StepList::setCurrent(int index) {
  const int before = current_;
  current_ = index;
  steps_[static_cast<std::size_t>(index)].wasVisited = true;
  show(before);
  show(index);
}

void StepList::setErrors(int index, std::size_t errors) {
  steps_[static_cast<std::size_t>(index)].errors = errors;
  show(index);
}

void StepList::show(int index) {
  const Step& step = steps_[static_cast<std::size_t>(index)];
  const bool isCurrent = index == current_;
  step.button->setState(isCurrent, step.wasVisited && !isCurrent && step.errors == 0, step.errors);
}

}  // namespace spillway::ui
