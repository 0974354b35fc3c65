// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QWidget>
#include <memory>
#include <vector>

#include "ui/dashboard/dashboard_data.h"
#include "ui/plots/plot_card.h"

/// The dashboard as files. Each asks where to; the plots must outlive the question.
namespace spillway::ui {

/// The page as it stands on the screen.
void exportPicture(QWidget& page);
/// The plots, in lines; `words` stand above them.
void exportSvg(QWidget* parent, const std::vector<const PlotCard*>& plots, const QString& words);
void exportPdf(QWidget* parent, const std::vector<const PlotCard*>& plots, const QString& words);
void exportTable(QWidget* parent, const QAbstractItemModel& rows);
void exportNumbers(QWidget* parent, const std::shared_ptr<const DashboardData>& data);

/// Two plots in a row, in a picture of this size.
void drawPlots(QPainter& painter, const QSize& size, const std::vector<const PlotCard*>& plots,
               const QString& words);

}  // namespace spillway::ui
