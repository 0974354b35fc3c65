// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/pill_row.h"

#include <QPainter>
#include <algorithm>

#include "ui/theme/theme.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {
constexpr int kPadding = 10, kGap = 6, kVerticalPadding = 2;
constexpr double kTint = 0.14;
}  // namespace

PillRow::PillRow() {
  QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

void PillRow::setPills(const QStringList& pills) {
  pills_ = pills;
  setAccessibleName(pills.join(QStringLiteral(", ")));
  setVisible(!pills.isEmpty());
  updateGeometry();
  update();
}

QSize PillRow::sizeHint() const {
  int width = 0;
  for (const QString& pill : pills_)
    width = std::max(width, fontMetrics().horizontalAdvance(pill) + 2 * kPadding);
  return {width, heightForWidth(std::max(width, this->width()))};
}

int PillRow::heightForWidth(int width) const {
  const auto rects = arrange(width);
  return rects.empty() ? 0 : rects.back().bottom() + 1;
}

std::vector<QRect> PillRow::arrange(int width) const {
  std::vector<QRect> rects;
  const int height = fontMetrics().height() + 2 * kVerticalPadding;
  QPoint at(0, 0);
  for (const QString& pill : pills_) {
    const int wide = std::min(fontMetrics().horizontalAdvance(pill) + 2 * kPadding, std::max(width, 1));
    if (at.x() > 0 && at.x() + wide > width) at = {0, at.y() + height + kGap};
    rects.emplace_back(at, QSize(wide, height));
    at.rx() += wide + kGap;
  }
  return rects;
}

void PillRow::paintEvent(QPaintEvent*) {
  const ThemeColors& colors = Theme::colors();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const auto rects = arrange(width());
  for (std::size_t i = 0; i < rects.size(); ++i) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(blend(colors.warning, colors.surface, kTint));
    painter.drawRoundedRect(rects[i], rects[i].height() / 2.0, rects[i].height() / 2.0);
    painter.setPen(colors.warning);
    const QString text = pills_[static_cast<qsizetype>(i)];
    painter.drawText(rects[i], Qt::AlignCenter,
                     fontMetrics().elidedText(text, Qt::ElideRight, rects[i].width() - kPadding));
  }
}

}  // namespace spillway::ui
