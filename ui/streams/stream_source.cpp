// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/stream_source.h"

#include "engine/pki/local_ca.h"
#include "ui/bridge/engine_bridge.h"

namespace spillway::ui {

StreamSource liveSource(EngineBridge& bridge) {
  return {[&bridge](StreamId stream, std::size_t from) { return bridge.captured(stream, from); },
          bridge.history().file, pki::LocalCa::certificateFileIn(bridge.dataDirectory().toStdString()), true,
          [&bridge](const std::string& balancer) { return bridge.redactedFields(balancer); }};
}

}  // namespace spillway::ui
