// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QWidget>
#include <array>
#include <memory>

#include "ui/bridge/engine_bridge.h"
#include "ui/dashboard/dashboard_data.h"
#include "ui/dashboard/dashboard_source.h"
#include "ui/dashboard/time_range.h"

class QLabel;
class QMenu;
class QPushButton;
class QTableView;

namespace spillway::ui {

class DashboardTiles;
class PageHeader;
class PlotCard;
class StatusCountsModel;

/// How the balancer, or a part of it, is and was doing: five numbers of now, six plots over any stretch of
/// the history, and the count of every status. All from the counters.
class DashboardPage : public QWidget {
  Q_OBJECT

 public:
  explicit DashboardPage(EngineBridge& bridge, QWidget* parent = nullptr);

  const TimeRange& range() const { return range_; }
  void setRange(const TimeRange& range);
  void setPart(const observe::SeriesPart& part);
  /// The newest drawn; null before the first.
  std::shared_ptr<const DashboardData> data() const { return data_; }
  PlotCard& plot(DashboardPlot which) { return *plots_[static_cast<std::size_t>(which)]; }

 signals:
  void logRequested(const QString& filter);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void makeHeader();
  QMenu* makeRangeMenu();
  QMenu* makeExportMenu();
  void fillPartMenu();
  QWidget* makeBody();
  QWidget* makePlots();
  void connectPlot(PlotCard& card);
  QWidget* makeStatusCard();
  void take(const observe::MetricsReading& now);
  void ask();
  void showData(const std::shared_ptr<const DashboardData>& data);
  void showNow(const PartNow& now);
  void showOpen();
  void showStatuses();
  void addMark(const ApplyReport& report);
  void countFrom(const observe::MetricsReading& mark, const QString& words);
  void chosen(PlotCard& card, int series, int point);

  EngineBridge& bridge_;
  TimeRange range_{std::chrono::minutes(5)};
  observe::SeriesPart part_;
  std::shared_ptr<const DashboardData> data_;
  observe::MetricsReading mark_;  ///< counts are since it; empty: since the start
  StatusCountsModel* statuses_;
  PageHeader* header_;
  QPushButton *partButton_ = nullptr, *rangeButton_ = nullptr, *live_ = nullptr;
  QMenu* partMenu_;
  DashboardTiles* tiles_;
  std::vector<PlotMark> marks_;
  std::array<PlotCard*, kDashboardPlots> plots_{};
  QTableView* statusTable_ = nullptr;
  QLabel* statusWords_ = nullptr;
  QElapsedTimer asked_;
  DashboardSource source_;
};

}  // namespace spillway::ui
