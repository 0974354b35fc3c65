// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace spillway::ui {

PlotCard::PlotCard(const QString& title, const QString& measure, const QString& unit, const QString& tip,
                   QWidget* parent)
    : Card(parent), legend_(new PlotLegend(this)), plot_(new TimePlot(unit, this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12, 9, 8, 6);
  column->setSpacing(4);
  auto* line = new QHBoxLayout;
  line->setSpacing(10);
  auto* name = new QLabel(title, this);
  QFont bold = name->font();
  bold.setWeight(QFont::DemiBold);
  name->setFont(bold);
  name->setToolTip(tip);
  auto* words = new QLabel(measure, this);
  words->setForegroundRole(QPalette::PlaceholderText);
  words->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  line->addWidget(name);
  line->addWidget(words, 1);
  line->addWidget(legend_);
  column->addLayout(line);
  column->addWidget(plot_, 1);
  plot_->setAccessibleName(title + QStringLiteral(", ") + measure);
}

void PlotCard::setData(const QVector<double>& ages, const std::vector<PlotSeries>& series) {
  legend_->setSeries(series);
  plot_->setData(ages, series);
}

}  // namespace spillway::ui
