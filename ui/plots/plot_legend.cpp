// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include "ui/plots/time_plot.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kSwatch = 9;
constexpr int kGap = 12;

}  // namespace

PlotLegend::PlotLegend(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
}

void PlotLegend::setSeries(const std::vector<PlotSeries>& series) {
  std::vector<Entry> entries;
  QStringList names;
  for (const PlotSeries& one : series) {
    entries.push_back({one.name, one.color, one.tip});
    names.push_back(one.name);
  }
  if (entries == entries_) return;
  entries_ = std::move(entries);
  setAccessibleName(QStringLiteral("Series: ") + names.join(QStringLiteral(", ")));
  updateGeometry();
  update();
}

int PlotLegend::widthOf(const Entry& entry) const {
  return kSwatch + 4 + fontMetrics().horizontalAdvance(entry.name) + kGap;
}

QSize PlotLegend::sizeHint() const {
  int width = 0;
  for (const Entry& entry : entries_)
    width += widthOf(entry);
  return {std::max(0, width - kGap) + 1, fontMetrics().height()};
}

void PlotLegend::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  int x = 0;
  for (const Entry& entry : entries_) {
    painter.setPen(Theme::colors().text);
    if (x + widthOf(entry) - kGap > width()) {
      painter.drawText(QRect(x, 0, width() - x, height()), Qt::AlignVCenter | Qt::AlignLeft,
                       QStringLiteral("…"));
      break;
    }
    painter.fillRect(x, (height() - kSwatch) / 2, kSwatch, kSwatch, Theme::colors().series[entry.color]);
    const int text = x + kSwatch + 4;
    painter.drawText(QRect(text, 0, width() - text, height()), Qt::AlignVCenter | Qt::AlignLeft, entry.name);
    x += widthOf(entry);
  }
}

bool PlotLegend::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  int x = 0;
  for (const Entry& entry : entries_) {
    x += widthOf(entry);
    if (help->pos().x() > x) continue;
    QToolTip::showText(help->globalPos(), entry.tip, this);
    break;
  }
  return true;
}

}  // namespace spillway::ui
