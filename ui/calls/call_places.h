// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "engine/grpc/channel.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/workspace.h"

namespace spillway::ui {

/// Whom a client trusts.
enum class CallTls { Off, AnyCertificate, LocalCa, SystemCas };

/// Where a call may go: through a listener, or straight to a target.
struct CallPlace {
  QString title;    ///< "HTTPS:50051 of route-guide"
  QString address;  ///< "127.0.0.1:50051"
  CallTls tls = CallTls::Off;
};

/// The listeners that run, then the targets.
std::vector<CallPlace> callPlaces(const EngineBridge& bridge, const Workspace& workspace);

CallPlace targetPlace(const TargetId& target, const Workspace& workspace);

/// The same for the client; reads the local CA's certificate. An error names its file.
Result<grpc::ChannelTarget> channelTarget(const QString& address, CallTls tls, const QString& dataDirectory);

}  // namespace spillway::ui
