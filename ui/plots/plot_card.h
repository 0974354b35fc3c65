// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/time_plot.h"
#include "ui/widgets/card.h"

namespace spillway::ui {

/// A plot with its title, what it measures, and the names of its series.
class PlotCard : public Card {
  Q_OBJECT

 public:
  /// `tip` says what ALB calls the metric.
  PlotCard(const QString& title, const QString& measure, const QString& unit, const QString& tip,
           QWidget* parent = nullptr);

  TimePlot& plot() { return *plot_; }
  const QString& title() const { return title_; }
  void setData(const QVector<double>& times, const std::vector<PlotSeries>& series);
  /// Draws title, names and plot into this rectangle, in lines.
  void draw(QPainter& painter, const QRect& area) const;

 private:
  QString title_, measure_;
  PlotLegend* legend_;
  TimePlot* plot_;
};

}  // namespace spillway::ui
