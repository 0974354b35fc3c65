// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/balance/rule_list.h"
#include "engine/balance/target_runtime.h"
#include "engine/base/clock.h"
#include "engine/config/model.h"
#include "engine/net/socket_address.h"
#include "engine/net/tls_context.h"

/// What the workers run: a document, checked and made ready. Deeply immutable but for the runtimes' atomics;
/// swapped whole.
namespace spillway::balance {

struct TargetSnapshot {
  std::shared_ptr<TargetRuntime> runtime;
  net::SocketAddress address;  ///< resolved
  std::string text;            ///< "127.0.0.1:50061", for logs
  std::string zone;            ///< its label, as configured; empty = the balancer's
  std::string serverName;      ///< for SNI and certificate checks; the id as configured
  std::string poolKey;         ///< connections may be shared only where all that makes the peer is equal
};

struct GroupSnapshot {
  std::uint64_t serial = 0;  ///< never used twice
  config::TargetGroup settings;
  std::shared_ptr<GroupRuntime> runtime;
  std::shared_ptr<const net::TlsContext> tls;       ///< null: cleartext HTTP/2 with prior knowledge
  std::shared_ptr<const net::TlsContext> probeTls;  ///< the same for health checks
  std::vector<TargetSnapshot> targets;
  std::vector<TargetSnapshot> unresolved;  ///< targets whose name has no address now: nothing goes there
  bool inUse = false;                      ///< some listener forwards to it
  std::uint32_t responseHeadersBytes = 0;  ///< the limit of the load balancer that uses it
  bool isGrpc() const { return settings.protocolVersion == config::ProtocolVersion::Grpc; }
};

struct ListenerSnapshot {
  ListenerId id;
  config::Protocol protocol = config::Protocol::Https;
  std::uint16_t port = 0;                 ///< as configured
  std::vector<net::SocketAddress> binds;  ///< where it listens; port 0 = any
  std::shared_ptr<const net::TlsContext> tls;
  RuleList rules;
  config::LoadBalancerAttributes attributes;
  config::ListenerAttributes listenerAttributes;
  config::Limits limits;
  config::BeyondAlb beyondAlb;
  config::Capture capture;
  std::shared_ptr<ListenerRuntime> runtime;
  std::size_t document = 0, index = 0;  ///< loadBalancers[document].listeners[index], for issue paths
};

struct Snapshot {
  std::uint64_t version = 0;
  config::Document document;
  std::vector<std::shared_ptr<const GroupSnapshot>> groups;
  std::vector<std::shared_ptr<const ListenerSnapshot>> listeners;

  /// The listener of this id; null when the configuration has none.
  std::shared_ptr<const ListenerSnapshot> findListener(const ListenerId&) const;
};

}  // namespace spillway::balance
