// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/target_probes.h"

#include <QFutureWatcher>
#include <QPromise>
#include <QThreadPool>
#include <algorithm>
#include <memory>

namespace spillway::ui {

namespace {

/// A person waits in front of these checks, and the program's end waits for the last of them.
constexpr std::uint32_t kLongestWaitSeconds = 5;
constexpr int kChecksAtOnce = 8;

/// Apart from the global pool, whose few threads must not be kept waiting by dead targets.
QThreadPool& probeThreads() {
  static QThreadPool pool;
  pool.setMaxThreadCount(kChecksAtOnce);
  return pool;
}

/// What of a group decides about a check's answer.
config::TargetGroup settingsOf(config::TargetGroup group) {
  group.name.clear();
  group.targets.clear();
  group.attributes = {};
  group.port = 0;
  group.healthCheck.timeoutSeconds = std::min(group.healthCheck.timeoutSeconds, kLongestWaitSeconds);
  group.healthCheck.intervalSeconds = config::HealthCheck().intervalSeconds;
  group.healthCheck.healthyThresholdCount = config::HealthCheck().healthyThresholdCount;
  group.healthCheck.unhealthyThresholdCount = config::HealthCheck().unhealthyThresholdCount;
  return group;
}

}  // namespace

TargetProbes::TargetProbes(QObject* parent) : QObject(parent) {}

TargetProbes::~TargetProbes() {
  stopWatching();
}

void TargetProbes::check(const config::TargetGroup& group) {
  stopWatching();
  answers_.clear();
  checkMissing(group);
}

void TargetProbes::checkMissing(const config::TargetGroup& group) {
  forgetOutdated(group);
  for (const auto& target : group.targets)
    if (!answer(target)) start(group, target);
  Q_EMIT changed();
}

void TargetProbes::forgetOutdated(const config::TargetGroup& group) {
  auto settings = settingsOf(group);
  if (settings == settings_) return;
  settings_ = std::move(settings);
  stopWatching();
  answers_.clear();
  Q_EMIT changed();
}

void TargetProbes::cancel() {
  stopWatching();
  for (auto& [key, answer] : answers_)
    if (answer.state == Answer::State::Running) answer.state = Answer::State::Cancelled;
  Q_EMIT changed();
}

bool TargetProbes::isRunning() const {
  return std::any_of(answers_.begin(), answers_.end(),
                     [](const auto& entry) { return entry.second.state == Answer::State::Running; });
}

const TargetProbes::Answer* TargetProbes::answer(const config::Target& target) const {
  const auto found = answers_.find({target.id, target.port});
  return found == answers_.end() ? nullptr : &found->second;
}

void TargetProbes::start(const config::TargetGroup& group, const config::Target& target) {
  const Key key{target.id, target.port};
  answers_[key] = {};
  auto promise = std::make_shared<QPromise<ProbeAnswer>>();
  auto* watcher = new QFutureWatcher<ProbeAnswer>(this);
  connect(watcher, &QFutureWatcherBase::finished, this, [this, key, watcher] {
    watcher->deleteLater();
    const auto found = answers_.find(key);
    if (found == answers_.end() || watcher->future().resultCount() == 0) return;
    found->second = {Answer::State::Done, watcher->result()};
    Q_EMIT changed();
  });
  watcher->setFuture(promise->future());
  auto asked = settingsOf(group);
  asked.port = group.port;
  probeThreads().start([promise, asked, target] {
    promise->start();
    promise->addResult(probeTarget(asked, target));
    promise->finish();
  });
}

void TargetProbes::stopWatching() {
  for (auto* watcher : findChildren<QFutureWatcherBase*>()) {
    watcher->disconnect(this);
    watcher->deleteLater();
  }
}

QString answerWords(const TargetProbes::Answer* answer, AnswerLength length) {
  if (!answer) return length == AnswerLength::Short ? QStringLiteral("–") : QStringLiteral("– not checked");
  if (answer->state == TargetProbes::Answer::State::Running) return QStringLiteral("◌ checking…");
  if (answer->state == TargetProbes::Answer::State::Cancelled) return QStringLiteral("– cancelled");
  const ProbeAnswer& probe = answer->probe;
  const bool isCodeEnough = probe.code && (probe.passed || length == AnswerLength::Short);
  return QStringLiteral("%1 %2").arg(
      probe.passed ? QStringLiteral("✔") : QStringLiteral("✖"),
      isCodeEnough ? QString::number(*probe.code) : QString::fromStdString(probe.words));
}

QString answerTime(const TargetProbes::Answer* answer) {
  if (!answer || answer->state != TargetProbes::Answer::State::Done) return {};
  constexpr double kMicrosPerMs = 1000.0;
  const double ms = static_cast<double>(answer->probe.latencyMicros) / kMicrosPerMs;
  return QString::number(ms, 'f', ms < 100 ? 1 : 0);
}

}  // namespace spillway::ui
