// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/demo_traffic.h"

#include <QCoreApplication>
#include <QSettings>
#include <algorithm>

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kWantedKey = "demo/clientRuns";
constexpr auto kProgram = "spillway-routeguide";
constexpr int kRounds = 100000;
constexpr int kDelayMs = 400;
constexpr auto kPause = 1500ms;

QString programFile() {
  return QCoreApplication::applicationDirPath() + QLatin1Char('/') + QLatin1String(kProgram);
}

bool isRouteGuide(const config::LocalService& service) {
  return !service.command.empty() && service.command.front().ends_with(kProgram);
}

bool takesGrpc(const config::LoadBalancer& balancer, const config::Listener& listener) {
  return listener.protocol == config::Protocol::Https || balancer.beyondAlb.plaintextHttp2;
}

}  // namespace

DemoTraffic::DemoTraffic(EngineBridge& bridge, Workspace& workspace, QObject* parent)
    : QObject(parent),
      bridge_(bridge),
      workspace_(workspace),
      isWanted_(QSettings().value(kWantedKey, true).toBool()) {
  pause_.setSingleShot(true);
  pause_.setInterval(kPause);
  connect(&pause_, &QTimer::timeout, this, &DemoTraffic::consider);
  connect(&bridge_, &EngineBridge::targetsChanged, this, &DemoTraffic::consider);
  connect(&bridge_, &EngineBridge::applied, this, &DemoTraffic::consider);
  connect(&workspace_, &Workspace::documentChanged, this, [this] {
    hasBegun_ = hasBegun_ && hasDemo();
    if (!hasDemo()) stop();
    Q_EMIT changed();
  });
  connect(&client_, &QProcess::finished, this, &DemoTraffic::onClientFinished);
  connect(&client_, &QProcess::stateChanged, this, &DemoTraffic::changed);
  connect(&once_, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
    if (status == QProcess::NormalExit && code == 0) {
      Q_EMIT sent();
      return;
    }
    const QString said = QString::fromUtf8(once_.readAllStandardError()).trimmed().section('\n', -1);
    Q_EMIT problem(QStringLiteral("The demo calls did not all succeed. %1").arg(said));
  });
  for (QProcess* process : {&client_, &once_})
    connect(process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
      if (error == QProcess::FailedToStart)
        Q_EMIT problem(QStringLiteral("The demo client %1 could not be started.").arg(programFile()));
    });
}

DemoTraffic::~DemoTraffic() {
  for (QProcess* process : {&client_, &once_}) {
    process->disconnect(this);
    process->kill();
    process->waitForFinished(1000);
  }
}

bool DemoTraffic::hasDemo() const {
  return demoGroup().has_value();
}

void DemoTraffic::setWanted(bool wanted) {
  isWanted_ = wanted;
  QSettings().setValue(kWantedKey, wanted);
  if (wanted) {
    consider();
  } else {
    stop();
  }
  Q_EMIT changed();
}

void DemoTraffic::sendOnce() {
  const auto group = demoGroup();
  auto route = group ? routeTo(*group) : std::nullopt;
  if (!route) route = anyRoute();
  if (route && once_.state() == QProcess::NotRunning) start(once_, *route, 1);
}

QString DemoTraffic::stateWords() const {
  if (!hasDemo()) return {};
  if (!isWanted_) return QStringLiteral("Demo client: paused");
  if (isRunning()) return QStringLiteral("Demo client: running");
  return hasBegun_ ? QStringLiteral("Demo client: starting again")
                   : QStringLiteral("Demo client: waits for healthy targets");
}

std::optional<ClientRoute> DemoTraffic::routeTo(const std::string& group) const {
  for (const auto& balancer : workspace_.document().loadBalancers)
    for (const auto& listener : balancer.listeners) {
      const bool forwards = std::ranges::any_of(listener.defaultActions, [&](const config::Action& action) {
        return group.empty() || action.targetGroup == group;
      });
      if (!forwards || !takesGrpc(balancer, listener)) continue;
      const ListenerId id{balancer.name, config::effectiveName(listener)};
      const auto& running = bridge_.listeners();
      const auto found = std::ranges::find(running, id, &ListenerStatus::id);
      if (found == running.end() || found->addresses.empty()) continue;
      return ClientRoute{QString::fromStdString(found->addresses.front()),
                         listener.protocol == config::Protocol::Https};
    }
  return std::nullopt;
}

std::optional<ClientRoute> DemoTraffic::anyRoute() const {
  return routeTo({});
}

std::optional<std::string> DemoTraffic::demoGroup() const {
  for (const auto& service : workspace_.document().localServices)
    if (isRouteGuide(service) && !service.targetGroup.empty()) return service.targetGroup;
  return std::nullopt;
}

bool DemoTraffic::isGroupHealthy(const std::string& group) const {
  int count = 0;
  for (const TargetStatus& target : bridge_.targets()) {
    if (target.id.group != group) continue;
    if (target.state != observe::TargetState::Healthy) return false;
    ++count;
  }
  return count > 0;
}

void DemoTraffic::consider() {
  if (!isWanted_ || isRunning() || pause_.isActive()) return;
  const auto group = demoGroup();
  if (!group) return;
  hasBegun_ = hasBegun_ || isGroupHealthy(*group);
  const auto route = routeTo(*group);
  if (hasBegun_ && route) start(client_, *route, kRounds);
  Q_EMIT changed();
}

void DemoTraffic::start(QProcess& process, const ClientRoute& route, int rounds) {
  QStringList arguments{"client", "--address", route.address, "--call", "all"};
  if (route.usesTls) arguments << "--ca" << bridge_.dataDirectory() + "/ca/ca.pem";
  arguments << "--rounds" << QString::number(rounds) << "--delay-ms"
            << QString::number(rounds == 1 ? 0 : kDelayMs);
  process.setStandardOutputFile(QProcess::nullDevice());
  if (&process == &client_) process.setStandardErrorFile(QProcess::nullDevice());
  process.start(programFile(), arguments);
}

/// Calls that fail (a target was stopped, the listener is gone) end the client; it tries again.
void DemoTraffic::onClientFinished() {
  if (isWanted_ && hasDemo()) pause_.start();
  Q_EMIT changed();
}

void DemoTraffic::stop() {
  pause_.stop();
  if (isRunning()) client_.terminate();
}

}  // namespace spillway::ui
