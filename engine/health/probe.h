// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/config/model.h"
#include "engine/health/health_state.h"
#include "engine/net/event_loop.h"
#include "engine/net/socket_address.h"
#include "engine/net/tls_context.h"

namespace spillway::health {

/// What a check goes to.
struct ProbeTarget {
  net::SocketAddress address;
  std::shared_ptr<const net::TlsContext> tls;  ///< null: cleartext
  std::string serverName;
};

/// One health check over a connection of its own, as ALB makes it (alb-behaviour §4.3), in the protocol of
/// the group: probe_http1.h or probe_http2.h (HTTP2 and GRPC). Connecting, TLS and the answer share the
/// check's timeout. Reports once, then is to be retired. Destroying it cancels. Loop thread only.
class Probe final : public net::Retirable {
 public:
  using Done = std::function<void(const ProbeResult& result, Duration latency)>;
  Probe(net::EventLoop&, const config::TargetGroup&, const ProbeTarget&, Done);
  ~Probe() override;
  /// Nobody wants the result any more: reports nothing from now on.
  void abandon() { done_ = nullptr; }

 private:
  void report(const ProbeResult& result);

  net::EventLoop& loop_;
  Done done_;
  const TimePoint started_;
  std::unique_ptr<net::Retirable> conversation_;
  net::Timer timeout_;
};

/// How the protocols tell their result; called once or more, the first counts.
using ProbeReport = std::function<void(const ProbeResult&)>;

/// What a check names as the host: the address, and the port unless it is the scheme's own.
std::string probeAuthority(const config::TargetGroup&, const net::SocketAddress&);
inline constexpr const char* kProbeUserAgent = "ELB-HealthChecker/2.0";

}  // namespace spillway::health
