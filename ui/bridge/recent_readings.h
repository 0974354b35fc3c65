// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <deque>

#include "ui/bridge/engine_bridge.h"

namespace spillway::ui {

/// The counters' last ten seconds: what rooms call "now". UI thread only.
class RecentReadings : public QObject {
  Q_OBJECT

 public:
  explicit RecentReadings(QObject* parent = nullptr);
  /// Adds a sample; older ones than the window go.
  void take(const observe::MetricsReading& reading);

  /// Ended requests per second in the window; 0 for what is unknown.
  double perSecond() const;
  double perSecond(const ListenerId& listener) const;
  double perSecond(const std::string& group) const;
  double perSecond(const TargetId& target) const;
  double perSecond(const RouteId& route) const;
  /// Durations of exchanges that ended in the window.
  observe::HistogramReading durations() const;
  observe::HistogramReading durations(const std::string& group) const;
  /// Share of gRPC exchanges in the window that ended with OK, 0-1; negative when there were none.
  double grpcOkShare() const;
  /// CPU time of the engine's worker threads against the clock: 1 is all of one core.
  double engineLoad() const;
  /// Share of the group's requests in the window without error, 0-1; negative when there were none.
  double okShare(const std::string& group) const;

 signals:
  void changed();

 private:
  double seconds() const;

  std::deque<observe::MetricsReading> readings_;  ///< oldest first; targets and listeners without histograms
};

/// "548/s", "0.4/s", "0/s".
QString rateText(double perSecond);

}  // namespace spillway::ui
