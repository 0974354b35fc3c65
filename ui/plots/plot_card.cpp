// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace spillway::ui {

PlotCard::PlotCard(const QString& title, const QString& measure, const QString& unit, const QString& tip,
                   QWidget* parent)
    : Card(parent),
      title_(title),
      measure_(measure),
      legend_(new PlotLegend(this)),
      plot_(new TimePlot(unit, this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12, 9, 8, 6);
  column->setSpacing(4);
  auto* line = new QHBoxLayout;
  line->setSpacing(10);
  auto* name = new QLabel(title, this);
  QFont bold = name->font();
  bold.setWeight(QFont::DemiBold);
  name->setFont(bold);
  name->setToolTip(
      tip + QStringLiteral("\nWheel, + and −: zoom · drag, Shift+← →: move · ← → read values · ↑ ↓ choose "
                           "a series · Enter, click: its log lines"));
  auto* words = new QLabel(measure, this);
  words->setProperty("role", "muted");
  words->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  line->addWidget(name);
  line->addWidget(words, 1);
  line->addWidget(legend_);
  column->addLayout(line);
  column->addWidget(plot_, 1);
  plot_->setAccessibleName(title + QStringLiteral(", ") + measure);
}

void PlotCard::setData(const QVector<double>& times, const std::vector<PlotSeries>& series) {
  legend_->setSeries(series);
  plot_->setData(times, series);
}

void PlotCard::draw(QPainter& painter, const QRect& area) const {
  const ThemeColors& colors = Theme::colors();
  const int line = painter.fontMetrics().height();
  painter.setPen(colors.text);
  painter.drawText(area.topLeft() + QPoint(8, line), QStringLiteral("%1, %2").arg(title_, measure_));
  int x = area.right() - 8;
  const auto& series = plot_->series();
  for (auto one = series.rbegin(); one != series.rend(); ++one) {
    x -= painter.fontMetrics().horizontalAdvance(one->name);
    painter.drawText(x, area.top() + line, one->name);
    painter.fillRect(x - 13, area.top() + line - 9, 9, 9, colors.series[one->color]);
    x -= 25;
  }
  plot_->draw(painter, area.adjusted(0, line + 8, 0, 0));
}

}  // namespace spillway::ui
