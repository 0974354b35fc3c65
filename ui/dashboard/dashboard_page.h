// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <chrono>

#include "ui/bridge/engine_bridge.h"
#include "ui/dashboard/metrics_series.h"

class QLabel;
class QMenu;
class QPushButton;
class QTableView;

namespace spillway::ui {

class PageHeader;
class PlotCard;
class StatTile;
class StatusCountsModel;

/// How the balancer is doing: five numbers, three plots and the count of every status. All from the counters.
class DashboardPage : public QWidget {
  Q_OBJECT

 public:
  explicit DashboardPage(EngineBridge& bridge, QWidget* parent = nullptr);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void makeHeader();
  QMenu* makeRangeMenu();
  QMenu* makeExportMenu();
  QWidget* makeTiles();
  QWidget* makePlots();
  QWidget* makeStatusCard();
  void take(const observe::MetricsReading& now, const observe::MetricsReading& previous);
  void showTargets(const std::vector<TargetStatus>& targets);
  void showTiles(const observe::MetricsReading& now);
  void showPlots();
  void setSpan(std::chrono::seconds span, const QString& words);

  MetricsSeries series_;
  StatusCountsModel* statuses_;
  PageHeader* header_;
  QPushButton *range_, *pause_;
  StatTile *requests_, *notOk_, *latency_, *active_, *healthy_;
  PlotCard *requestPlot_, *statusPlot_, *latencyPlot_;
  QTableView* statusTable_;
  std::chrono::seconds span_{300};
};

}  // namespace spillway::ui
