// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/engine_bridge.h"

#include <QGuiApplication>
#include <QMetaObject>
#include <QThreadPool>
#include <algorithm>
#include <map>
#include <optional>

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kEventRhythm = 66ms;
constexpr auto kUnfocusedRhythm = 250ms;
constexpr auto kTargetRhythm = 250ms;
constexpr auto kMetricsRhythm = 1s;
constexpr std::uint32_t kDecisionsPerSecond = 200;
/// More than anybody can follow; of the others the record comes when they have ended.
constexpr std::uint32_t kDetailedPerSecond = 1'000;
constexpr std::size_t kBatch = 5000;  ///< events a tick hands on at the most

}  // namespace

struct EngineBridge::Impl {
  explicit Impl(EngineOptions options)
      : engine(std::move(options)),
        subscription(engine.subscribe(
            {.detailedPerSecond = kDetailedPerSecond, .decisionsPerSecond = kDecisionsPerSecond})) {
    applier.setMaxThreadCount(1);
  }

  Engine engine;
  std::unique_ptr<observe::Subscription> subscription;
  observe::Dropped dropped;
  QThreadPool applier;
  bool isApplying = false;
  std::optional<config::Document> waiting;  ///< the newest document that came while another was being applied
  std::map<std::string, std::vector<std::string>> redactedFields;  ///< by load balancer
  QTimer eventTimer, targetTimer, metricsTimer;
};

EngineBridge::EngineBridge(EngineOptions options, QObject* parent)
    : QObject(parent), impl_(std::make_unique<Impl>(std::move(options))) {
  connect(&impl_->eventTimer, &QTimer::timeout, this, &EngineBridge::takeEvents);
  connect(&impl_->targetTimer, &QTimer::timeout, this, &EngineBridge::pollTargets);
  connect(&impl_->metricsTimer, &QTimer::timeout, this, &EngineBridge::sampleMetrics);
  metrics_ = impl_->engine.readMetrics();
  history_ = impl_->engine.history();
  impl_->eventTimer.start(kEventRhythm);
  impl_->targetTimer.start(kTargetRhythm);
  impl_->metricsTimer.setTimerType(Qt::PreciseTimer);
  impl_->metricsTimer.start(kMetricsRhythm);
}

EngineBridge::~EngineBridge() {
  impl_->applier.waitForDone();
}

void EngineBridge::apply(const config::Document& document) {
  if (impl_->isApplying) {
    impl_->waiting = document;
    return;
  }
  impl_->isApplying = true;
  impl_->applier.start([this, document] {
    const ApplyReport report = impl_->engine.apply(document);
    QMetaObject::invokeMethod(this, [this, document, report] { finishApply(document, report); });
  });
}

void EngineBridge::finishApply(const config::Document& document, const ApplyReport& report) {
  impl_->isApplying = false;
  if (report.applied) {
    impl_->redactedFields.clear();
    for (const config::LoadBalancer& balancer : document.loadBalancers)
      impl_->redactedFields[balancer.name] = balancer.capture.redactedFields;
  }
  if (impl_->waiting) {
    const config::Document next = *std::exchange(impl_->waiting, std::nullopt);
    apply(next);
  }
  listeners_ = impl_->engine.listeners();
  pollTargets();
  Q_EMIT applied(report);
}

void EngineBridge::checkNow(const TargetId& target) {
  impl_->engine.checkNow(target);
}

void EngineBridge::takeOut(const TargetId& target, std::chrono::seconds time) {
  impl_->engine.takeOut(target, time);
}

void EngineBridge::putBack(const TargetId& target) {
  impl_->engine.putBack(target);
}

void EngineBridge::limitHistory(const history::Bounds& bounds) {
  impl_->engine.limitHistory(bounds);
}

observe::ConnectionList EngineBridge::connections() const {
  return impl_->engine.connections();
}

void EngineBridge::endConnection(observe::ConnectionId connection, ConnectionEnd how) {
  impl_->engine.endConnection(connection, how);
}

Result<observe::Decision> EngineBridge::explain(const ListenerId& listener,
                                                const ImaginedRequest& request) const {
  return impl_->engine.explain(listener, request);
}

std::optional<observe::CapturedStream> EngineBridge::captured(StreamId stream, std::size_t from) const {
  return impl_->engine.captured(stream, from);
}

void EngineBridge::stop(std::chrono::milliseconds grace) {
  for (QTimer* timer : {&impl_->eventTimer, &impl_->targetTimer, &impl_->metricsTimer})
    timer->stop();
  impl_->waiting.reset();
  impl_->applier.waitForDone();
  impl_->engine.stop(grace);
}

std::vector<std::string> EngineBridge::redactedFields(const std::string& loadBalancer) const {
  const auto found = impl_->redactedFields.find(loadBalancer);
  return found == impl_->redactedFields.end() ? config::Capture().redactedFields : found->second;
}

const observe::MetricSeries& EngineBridge::series() const {
  return impl_->engine.series();
}

std::size_t EngineBridge::workers() const {
  return impl_->engine.workers();
}

QString EngineBridge::dataDirectory() const {
  return QString::fromStdString(impl_->engine.dataDirectory());
}

void EngineBridge::takeEvents() {
  std::vector<observe::Event> events;
  impl_->subscription->drain(events, kBatch);
  const auto rhythm =
      QGuiApplication::applicationState() == Qt::ApplicationActive ? kEventRhythm : kUnfocusedRhythm;
  if (impl_->eventTimer.intervalAsDuration() != rhythm) impl_->eventTimer.setInterval(rhythm);
  if (!events.empty()) Q_EMIT eventsArrived(events);
  const observe::Dropped now = impl_->subscription->dropped();
  if (now.details == impl_->dropped.details && now.records == impl_->dropped.records) return;
  impl_->dropped = now;
  Q_EMIT eventsDropped(now.details, now.records);
}

void EngineBridge::pollTargets() {
  std::vector<TargetStatus> now = impl_->engine.targets();
  if (now == targets_) return;
  targets_ = std::move(now);
  Q_EMIT targetsChanged(targets_);
}

void EngineBridge::sampleMetrics() {
  const observe::MetricsReading previous = std::exchange(metrics_, impl_->engine.readMetrics());
  Q_EMIT metricsSampled(metrics_, previous);
  sampleHistory();
  sampleLogs();
}

void EngineBridge::sampleHistory() {
  const history::StoreStatus before = std::exchange(history_, impl_->engine.history());
  if (history_.dropped != before.dropped) Q_EMIT historyLost(history_.dropped);
  if (history_.setAside != before.setAside) {
    Q_EMIT historyTroubled(QStringLiteral("The history was damaged: it is now '%1', and a new one is begun.")
                               .arg(QString::fromStdString(history_.setAside)));
  } else if (!history_.trouble.empty() && history_.trouble != before.trouble) {
    Q_EMIT historyTroubled(QString::fromStdString(history_.trouble));
  }
}

/// Each trouble is told once, when it begins.
void EngineBridge::sampleLogs() {
  const std::vector<observe::LogStatus> before = std::exchange(logs_, impl_->engine.logs());
  for (const observe::LogStatus& log : logs_) {
    const bool isOld = std::ranges::any_of(before, [&](const observe::LogStatus& known) {
      return known.loadBalancer == log.loadBalancer && known.kind == log.kind && known.isFailing;
    });
    if (!log.isFailing || isOld) continue;
    Q_EMIT logTroubled(
        QStringLiteral("A log of %1 is not written: %2")
            .arg(QString::fromStdString(log.loadBalancer), QString::fromStdString(log.lastProblem)));
  }
}

}  // namespace spillway::ui
