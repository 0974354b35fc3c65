// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

#include "engine/engine.h"
#include "ui/dashboard/dashboard_data.h"

namespace spillway::ui {

class StatTile;

/// The dashboard's row of numbers of now.
class DashboardTiles : public QWidget {
  Q_OBJECT

 public:
  explicit DashboardTiles(QWidget* parent = nullptr);

  void showMinute(const MinuteSummary& minute);
  /// What is open right now.
  void showOpen(std::int64_t streams, std::int64_t connections);
  void showTargets(const std::vector<TargetStatus>& targets);

 private:
  void showGrpc(const MinuteSummary& minute);

  StatTile *requests_, *notOk_, *latency_, *active_, *healthy_;
};

}  // namespace spillway::ui
