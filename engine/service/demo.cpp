// SPDX-License-Identifier: GPL-3.0-or-later
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/service/local_service.h"

namespace spillway::service {

namespace {

constexpr std::uint32_t kFirstPort = 50061;
constexpr std::uint32_t kLastPort = 50999;
constexpr std::uint32_t kMostTasks = kLastPort - kFirstPort + 1;
constexpr const char* kGroupName = "route-guide-targets";

bool isFree(std::uint32_t port) {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const int yes = 1;
  ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);  // connections that linger do not matter
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = ::bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  return bound;
}

Result<std::vector<std::uint32_t>> freePorts(std::uint32_t count, std::uint32_t taken) {
  std::vector<std::uint32_t> ports;
  for (std::uint32_t port = kFirstPort; port <= kLastPort && ports.size() < count; ++port)
    if (port != taken && isFree(port)) ports.push_back(port);
  if (ports.size() == count) return ports;
  return failure(Error{ErrorCode::AddressInUse, Side::Balancer,
                       fmt::format("The demo needs {} free ports between {} and {}; there are {}.", count,
                                   kFirstPort, kLastPort, ports.size())});
}

/// Ports that the system chooses, for a demo that asks for any port: two such demos do not get into each
/// other's way.
Result<std::vector<std::uint32_t>> anyPorts(std::uint32_t count) {
  if (count > kMostTasks) {
    return failure(Error{ErrorCode::Invalid, Side::Client,
                         fmt::format("The demo would need {} free ports: it runs {} servers at the most.",
                                     count, kMostTasks)});
  }
  std::vector<std::uint32_t> ports;
  std::vector<int> holders;  // all held until all are known, so that no port comes twice
  for (std::uint32_t i = 0; i < count; ++i) {
    const int holder = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* native = reinterpret_cast<sockaddr*>(&address);
    if (::bind(holder, native, size) == 0 && ::getsockname(holder, native, &size) == 0) {
      ports.push_back(ntohs(address.sin_port));
    }
    holders.push_back(holder);
  }
  for (const int holder : holders)
    ::close(holder);
  if (ports.size() == count) return ports;
  return failure(
      Error{ErrorCode::AddressInUse, Side::Balancer, fmt::format("The demo needs {} free ports.", count)});
}

config::TargetGroup demoGroup(const std::vector<std::uint32_t>& ports) {
  config::TargetGroup group;
  group.name = kGroupName;
  group.protocol = config::Protocol::Http;
  group.protocolVersion = config::ProtocolVersion::Grpc;
  group.port = kFirstPort;
  group.healthCheck.intervalSeconds = 5;
  group.healthCheck.timeoutSeconds = 2;
  group.healthCheck.healthyThresholdCount = 2;
  group.healthCheck.unhealthyThresholdCount = 2;
  for (const std::uint32_t port : ports)
    group.targets.push_back({"127.0.0.1", port});
  return group;
}

config::LoadBalancer demoLoadBalancer(std::uint32_t listenPort) {
  config::Certificate certificate;
  certificate.names = {"route-guide.localhost"};
  config::Listener listener;
  listener.protocol = config::Protocol::Https;
  listener.port = listenPort;
  listener.certificates = {certificate};
  listener.defaultActions = {config::forwardTo(kGroupName)};
  config::LoadBalancer balancer;
  balancer.name = "route-guide";
  balancer.listeners = {listener};
  return balancer;
}

}  // namespace

std::uint32_t firstFreePort(std::uint32_t first) {
  constexpr std::uint32_t kHighest = 65535;
  for (std::uint32_t port = first; port <= kHighest; ++port)
    if (isFree(port)) return port;
  return 0;
}

Result<config::Document> routeGuideDemo(std::uint32_t listenPort, std::uint32_t tasks) {
  if (tasks == 0)
    return failure(Error{ErrorCode::Invalid, Side::Balancer, "The demo needs at least one task."});
  const auto ports = listenPort == 0 ? anyPorts(tasks) : freePorts(tasks, listenPort);
  if (!ports) return failure(ports.error());
  config::Document document;
  document.loadBalancers = {demoLoadBalancer(listenPort)};
  document.targetGroups = {demoGroup(*ports)};
  document.localServices = {
      {"route-guide", {"spillway-routeguide", "serve", "--port", "{port}"}, *ports, kGroupName}};
  return document;
}

}  // namespace spillway::service
