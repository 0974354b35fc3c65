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
  void setData(const QVector<double>& ages, const std::vector<PlotSeries>& series);

 private:
  PlotLegend* legend_;
  TimePlot* plot_;
};

}  // namespace spillway::ui
