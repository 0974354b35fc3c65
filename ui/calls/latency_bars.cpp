// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/latency_bars.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr double kBarsPerDoubling = 4;
constexpr int kLabelGap = 4, kMinLabels = 90;

int barOf(std::uint32_t micros) {
  return static_cast<int>(std::floor(std::log2(std::max(1U, micros)) * kBarsPerDoubling));
}

double startOf(int bar) {
  return std::exp2(bar / kBarsPerDoubling);
}

}  // namespace

std::uint32_t percentileOf(const std::vector<std::uint32_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

LatencyBars::LatencyBars(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
  setMinimumHeight(110);
  setAccessibleName(QStringLiteral("How the times are spread"));
}

void LatencyBars::showTimes(const std::vector<std::uint32_t>& sorted) {
  bars_.clear();
  if (!sorted.empty()) {
    const int first = barOf(sorted.front());
    for (int bar = first; bar <= barOf(sorted.back()); ++bar)
      bars_.push_back({startOf(bar), startOf(bar + 1), 0});
    for (const std::uint32_t micros : sorted)
      ++bars_[static_cast<std::size_t>(barOf(micros) - first)].count;
  }
  update();
}

QRectF LatencyBars::areaOf(std::size_t bar) const {
  const double room = height() - fontMetrics().height() - 2 * kLabelGap;
  const double step =
      static_cast<double>(width()) / static_cast<double>(std::max<std::size_t>(bars_.size(), 8));
  const auto highest = std::ranges::max_element(bars_, {}, &Bar::count)->count;
  const double share = static_cast<double>(bars_[bar].count) / static_cast<double>(highest);
  const double high = bars_[bar].count == 0 ? 0 : std::max(2.0, share * room);
  return {static_cast<double>(bar) * step + 1, kLabelGap + room - high, step - 2, high};
}

void LatencyBars::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const ThemeColors& colors = Theme::colors();
  const int bottom = height() - fontMetrics().height() - kLabelGap;
  painter.setPen(colors.border);
  painter.drawLine(0, bottom, width(), bottom);
  double labelsTo = 0;
  for (std::size_t i = 0; i < bars_.size(); ++i) {
    const QRectF area = areaOf(i);
    painter.fillRect(area, colors.accent);
    const QString label = durationText(static_cast<std::int64_t>(bars_[i].from));
    if (area.left() < labelsTo || area.left() + fontMetrics().horizontalAdvance(label) > width()) continue;
    painter.setPen(colors.mutedText);
    painter.drawText(QPointF(area.left(), height() - kLabelGap), label);
    labelsTo = area.left() + kMinLabels;
  }
}

bool LatencyBars::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  for (std::size_t i = 0; i < bars_.size(); ++i) {
    const QRectF area = areaOf(i);
    if (help->pos().x() < area.left() || help->pos().x() > area.right()) continue;
    QToolTip::showText(help->globalPos(),
                       QStringLiteral("%1 to %2: %3")
                           .arg(durationText(static_cast<std::int64_t>(bars_[i].from)),
                                durationText(static_cast<std::int64_t>(bars_[i].to)),
                                countOf(bars_[i].count, QStringLiteral("call"))),
                       this);
    return true;
  }
  QToolTip::hideText();
  return true;
}

}  // namespace spillway::ui
