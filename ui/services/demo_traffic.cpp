// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/demo_traffic.h"

#include <QCoreApplication>
#include <QSettings>
#ifdef Q_OS_LINUX
#include <signal.h>
#include <sys/prctl.h>
#endif
#include <algorithm>

#include "ui/bridge/document_edits.h"

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kWantedKey = "demo/clientRuns";
constexpr auto kProgram = "spillway-routeguide";
constexpr int kEndless = 0;
constexpr int kDelayMs = 150;
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

/// A client that outlives a crash of the window would call nobody for ever.
void dieWithUs([[maybe_unused]] QProcess& process) {
#ifdef Q_OS_LINUX
  process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGTERM); });
#endif
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
      if (error != QProcess::FailedToStart) return;
      isWanted_ = false;  // until the person asks again; the choice of before stays in the settings
      Q_EMIT problem(QStringLiteral("The demo client %1 could not be started.").arg(programFile()));
      Q_EMIT changed();
    });
}

DemoTraffic::~DemoTraffic() {
  shutDown();
}

void DemoTraffic::shutDown() {
  isWanted_ = false;
  pause_.stop();
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

std::optional<ClientRoute> DemoTraffic::route() const {
  const auto group = demoGroup();
  const auto ofDemo = group ? routeTo(*group) : std::nullopt;
  return ofDemo ? ofDemo : routeTo({});
}

void DemoTraffic::sendOnce() {
  const auto route = this->route();
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
      const bool forwards = group.empty() || config::forwardsTo(listener, group);
      if (!forwards || !takesGrpc(balancer, listener)) continue;
      const ListenerStatus* status = findRunning(bridge_.listeners(), balancer.name, listener);
      if (!status || status->addresses.empty()) continue;
      const auto groups = config::targetGroupsOf(listener);
      return ClientRoute{QString::fromStdString(status->addresses.front()),
                         listener.protocol == config::Protocol::Https,
                         !group.empty() || groups.empty() ? group : groups.front()};
    }
  return std::nullopt;
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
  if (hasBegun_ && route) start(client_, *route, kEndless);
  Q_EMIT changed();
}

void DemoTraffic::start(QProcess& process, const ClientRoute& route, int rounds) {
  QStringList arguments{"client", "--address", route.address, "--call", "all"};
  if (route.usesTls) {
    arguments << "--ca" << bridge_.dataDirectory() + "/ca/ca.pem";
  } else {
    arguments << "--plaintext";
  }
  arguments << "--rounds" << QString::number(rounds) << "--delay-ms"
            << QString::number(rounds == 1 ? 0 : kDelayMs);
  process.setStandardOutputFile(QProcess::nullDevice());
  if (&process == &client_) process.setStandardErrorFile(QProcess::nullDevice());
  dieWithUs(process);
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
