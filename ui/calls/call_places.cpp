// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/call_places.h"

#include <QFile>
#include <algorithm>

#include "engine/pki/local_ca.h"

namespace spillway::ui {

namespace {

QString toQt(const std::string& text) {
  return QString::fromStdString(text);
}

bool isHttps(const Workspace& workspace, const std::string& group) {
  const auto& groups = workspace.document().targetGroups;
  const auto found = std::ranges::find(groups, group, &config::TargetGroup::name);
  return found != groups.end() && found->protocol == config::Protocol::Https;
}

}  // namespace

std::vector<CallPlace> callPlaces(const EngineBridge& bridge, const Workspace& workspace) {
  std::vector<CallPlace> places;
  for (const ListenerStatus& listener : bridge.listeners()) {
    const bool isTls = listener.protocol == config::Protocol::Https;
    for (const std::string& address : listener.addresses) {
      places.push_back(
          {QStringLiteral("%1 of %2").arg(toQt(listener.id.listener), toQt(listener.id.loadBalancer)),
           toQt(address), isTls ? CallTls::LocalCa : CallTls::Off});
    }
  }
  for (const TargetStatus& target : bridge.targets()) {
    places.push_back(targetPlace(target.id, workspace));
  }
  return places;
}

CallPlace targetPlace(const TargetId& target, const Workspace& workspace) {
  return {QStringLiteral("straight to a target of %1").arg(toQt(target.group)),
          QStringLiteral("%1:%2").arg(toQt(target.address)).arg(target.port),
          isHttps(workspace, target.group) ? CallTls::AnyCertificate : CallTls::Off};
}

Result<grpc::ChannelTarget> channelTarget(const QString& address, CallTls tls, const QString& dataDirectory) {
  grpc::ChannelTarget target{.address = address.trimmed().toStdString()};
  if (tls == CallTls::AnyCertificate) target.tls = grpc::ChannelTls::Unchecked;
  if (tls == CallTls::SystemCas) target.tls = grpc::ChannelTls::Checked;
  if (tls != CallTls::LocalCa) return target;
  target.tls = grpc::ChannelTls::Checked;
  const std::string name = pki::LocalCa::certificateFileIn(dataDirectory.toStdString());
  QFile file(toQt(name));
  if (!file.open(QIODevice::ReadOnly)) {
    return failure(Error{ErrorCode::Invalid, Side::Balancer,
                         "The local CA's certificate " + name + " cannot be read: " +
                             file.errorString().toStdString() + ". Choose another way to check the server."});
  }
  target.trustedPem = file.readAll().toStdString();
  return target;
}

}  // namespace spillway::ui
