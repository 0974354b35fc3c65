// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <csignal>
#include <memory>

#include "engine/health/probe.h"

namespace spillway::test {

struct ProbeOutcome {
  health::ProbeResult result;
  Duration latency{};
};

/// Checks 127.0.0.1:`port` once as the group says, and waits for the result.
inline ProbeOutcome probeOnce(const config::TargetGroup& group, std::uint16_t port,
                              std::shared_ptr<const net::TlsContext> tls = nullptr) {
  std::signal(SIGPIPE, SIG_IGN);  // as Engine does: OpenSSL writes to sockets whose peer has left
  net::EventLoop loop;
  ProbeOutcome outcome;
  const health::ProbeTarget target{*net::SocketAddress::parse("127.0.0.1", port), std::move(tls),
                                   "localhost"};
  const health::Probe probe(loop, group, target, [&](const health::ProbeResult& result, Duration latency) {
    outcome = {result, latency};
    loop.stop();
  });
  loop.run();
  return outcome;
}

/// A group of this version whose checks time out after a second.
inline config::TargetGroup checkedGroup(config::ProtocolVersion version, const std::string& path) {
  config::TargetGroup group;
  group.name = "group";
  group.protocolVersion = version;
  group.healthCheck.path = path;
  group.healthCheck.timeoutSeconds = 1;
  group.healthCheck.intervalSeconds = 2;
  return group;
}

}  // namespace spillway::test
