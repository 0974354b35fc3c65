// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "engine/engine.h"

namespace spillway::ui {

/// The only UI class that talks to the Engine. Drains the subscription and samples metrics on timers, and
/// hands typed batches on: one signal per batch. UI thread only; nothing here waits for the engine.
class EngineBridge : public QObject {
  Q_OBJECT

 public:
  explicit EngineBridge(EngineOptions options, QObject* parent = nullptr);
  ~EngineBridge() override;

  /// Applies a document on a worker thread; `applied` follows. A second call before that waits its turn (only
  /// the newest waiting document is applied).
  void apply(const config::Document& document);
  void checkNow(const TargetId& target);
  /// Keeps new requests away from the target for a while; targetsChanged follows.
  void takeOut(const TargetId& target, std::chrono::seconds time);
  void putBack(const TargetId& target);
  /// New bounds of the history; history() shows them with the next sample.
  void limitHistory(const history::Bounds& bounds);
  /// As Engine::connections(): ask about once a second while they are looked at.
  observe::ConnectionList connections() const;
  void endConnection(observe::ConnectionId connection, ConnectionEnd how);
  /// What would be decided about this request now; an error names what makes no sense.
  Result<observe::Decision> explain(const ListenerId& listener, const ImaginedRequest& request) const;
  /// What has passed on a stream, as far as it is in memory, batches before `from` left out.
  std::optional<observe::CapturedStream> captured(StreamId stream, std::size_t from) const;
  /// Stops the engine, draining for `grace`; blocks: only for closing the program.
  void stop(std::chrono::milliseconds grace);

  /// Newest values, for pages that open late.
  const std::vector<ListenerStatus>& listeners() const { return listeners_; }
  const std::vector<TargetStatus>& targets() const { return targets_; }
  const observe::MetricsReading& metrics() const { return metrics_; }
  const history::StoreStatus& history() const { return history_; }
  /// What the metrics were over time; may be asked by any thread, lives as long as the bridge.
  const observe::MetricSeries& series() const;
  std::size_t workers() const;
  /// The names of the message fields whose values a running load balancer hides; the usual ones if there is
  /// no such balancer.
  std::vector<std::string> redactedFields(const std::string& loadBalancer) const;
  QString dataDirectory() const;

 signals:
  /// A batch of events in the order they happened (66 ms rhythm, 250 ms when no window is active, nothing
  /// when nothing happened).
  void eventsArrived(const std::vector<spillway::observe::Event>& events);
  /// What the UI's own queue has lost so far.
  void eventsDropped(quint64 details, quint64 records);
  /// Once a second; `previous` is the sample before it.
  void metricsSampled(const spillway::observe::MetricsReading& now,
                      const spillway::observe::MetricsReading& previous);
  /// Something befell the history, in words.
  void historyTroubled(const QString& words);
  /// What the history could not store in time so far.
  void historyLost(quint64 requests);
  /// One of ALB's log files cannot be written, in words.
  void logTroubled(const QString& words);
  /// Some target's status differs from the last poll (4 times a second).
  void targetsChanged(const std::vector<spillway::TargetStatus>& targets);
  /// One apply ended (documents that a newer one replaced while waiting have none). Bound addresses are in
  /// listeners().
  void applied(const spillway::ApplyReport& report);

 private:
  void finishApply(const config::Document& document, const ApplyReport& report);
  void takeEvents();
  void pollTargets();
  void sampleMetrics();
  void sampleHistory();
  void sampleLogs();

  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::vector<ListenerStatus> listeners_;
  std::vector<TargetStatus> targets_;
  observe::MetricsReading metrics_;
  history::StoreStatus history_;
  std::vector<observe::LogStatus> logs_;
};

}  // namespace spillway::ui
