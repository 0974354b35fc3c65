// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/health/probe.h"

#include <fmt/core.h>

#include <utility>

#include "engine/health/probe_http1.h"
#include "engine/health/probe_http2.h"
#include "engine/health/verdict.h"

namespace spillway::health {

Probe::Probe(net::EventLoop& loop, const config::TargetGroup& group, const ProbeTarget& target, Done done)
    : loop_(loop), done_(std::move(done)), started_(SteadyClock::now()) {
  const auto tell = [this](const ProbeResult& result) { report(result); };
  if (group.protocolVersion == config::ProtocolVersion::Http1) {
    conversation_ = std::make_unique<Http1Probe>(loop, group, target, tell);
  } else {
    conversation_ = std::make_unique<Http2Probe>(loop, group, target, tell);
  }
  const std::uint32_t limit = group.healthCheck.timeoutSeconds;
  timeout_ = loop.after(std::chrono::seconds(limit), [this, limit] { report(judgeTimeout(limit)); });
}

Probe::~Probe() {
  loop_.retire(std::move(conversation_));
}

void Probe::report(const ProbeResult& result) {
  timeout_.cancel();
  if (auto done = std::exchange(done_, nullptr)) done(result, SteadyClock::now() - started_);
}

std::string probeAuthority(const config::TargetGroup& group, const net::SocketAddress& address) {
  const std::uint16_t usual = group.healthCheck.protocol == config::Protocol::Https ? 443 : 80;
  if (address.port() != usual) return address.toString();
  const std::string ip = address.ip();
  return ip.find(':') == std::string::npos ? ip : fmt::format("[{}]", ip);
}

}  // namespace spillway::health
