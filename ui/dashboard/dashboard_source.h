// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "ui/bridge/history_thread.h"
#include "ui/dashboard/dashboard_data.h"

namespace spillway::ui {

/// Sums up the metrics of any stretch of time, from memory and from the history, in a thread of its own. UI
/// thread.
class DashboardSource : public QObject {
  Q_OBJECT

 public:
  /// `series` must outlive this. `historyFile`: "" = none is kept.
  DashboardSource(const observe::MetricSeries& series, std::string historyFile, QObject* parent = nullptr);

  /// `arrived` follows; of questions that wait only the newest is answered.
  void ask(const observe::SeriesPart& part, const observe::SeriesRange& range);
  /// `nowArrived` follows.
  void askNow(const observe::SeriesPart& part);

 signals:
  void arrived(const std::shared_ptr<const spillway::ui::DashboardData>& data);
  void nowArrived(const spillway::ui::PartNow& now);

 private:
  struct Question {
    observe::SeriesPart part;
    observe::SeriesRange range;
  };
  void begin(const Question& question);
  void finish(const std::shared_ptr<const DashboardData>& data);
  static std::shared_ptr<const DashboardData> answer(const observe::MetricSeries& series,
                                                     history::Reader* reader, const Question& question);

  const observe::MetricSeries& series_;
  bool isBusy_ = false;
  std::optional<Question> waiting_;
  HistoryThread thread_;  ///< ends before what it uses goes
};

}  // namespace spillway::ui
