// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStatusBar>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/recent_readings.h"
#include "ui/shell/room.h"

class QLabel;
class QPushButton;

namespace spillway::ui {

/// The bar under everything: how the balancer is, in numbers; each leads to the room that explains it.
class StatusStrip : public QStatusBar {
  Q_OBJECT

 public:
  StatusStrip(EngineBridge& bridge, RecentReadings& recent, QWidget* parent = nullptr);
  /// Words about the last change, for ten seconds; they do not cover the numbers.
  void tell(const QString& words);
  /// Where the keys of all TLS connections are written to; "" = nowhere. Shown as long as they are.
  void showKeyLog(const QString& file);

 signals:
  void roomRequested(spillway::ui::Room room);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  QPushButton* makeFigure(Room room, const QString& name);
  void showTargets();
  void showTraffic();
  void showHistory();
  void showLost();
  void showEngine();

  EngineBridge& bridge_;
  RecentReadings& recent_;
  QPushButton *targets_, *rate_, *latency_, *grpc_, *streams_;
  QLabel *told_, *keyLog_;
  QPushButton *lost_, *history_, *engine_;
  QString keyLogFile_;
  quint64 droppedDetails_ = 0, droppedRecords_ = 0;
  QTimer forget_;
};

}  // namespace spillway::ui
