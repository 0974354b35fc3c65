// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThreadPool>

#include "ui/bridge/engine_bridge.h"
#include "ui/health/group_alarms.h"

namespace spillway::ui {

/// In the settings: whether the desktop is told of changes of target groups' health; true when missing.
inline constexpr auto kNotifyOfHealthKey = "notifications/health";

/// Tells the desktop when the health of a target group changes, unless the settings say no. Where nobody
/// listens (no session bus, no notification service), nothing happens. UI thread; never waits.
class HealthNotifier : public QObject {
  Q_OBJECT

 public:
  explicit HealthNotifier(EngineBridge& bridge, QObject* parent = nullptr);

 signals:
  /// The desktop is asked to show this.
  void notified(const QString& title, const QString& words);

 private:
  void take(const std::vector<TargetStatus>& targets);
  void tellDesktop(const QString& title, const QString& words);

  GroupAlarms alarms_;
  QThreadPool bus_;  ///< one thread: reaching the bus may take its time
};

}  // namespace spillway::ui
