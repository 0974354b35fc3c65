// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QtGlobal>

#include "engine/config/model.h"

/// Documents for tests, on ports that nobody holds.
namespace spillway::ui::testing {

/// A port of this machine's loopback: held while this lives, free afterwards.
class HeldPort {
 public:
  HeldPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* general = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, general, size) != 0 || ::getsockname(socket_, general, &size) != 0 ||
        ::listen(socket_, 1) != 0)
      qFatal("no free port");
    number_ = ntohs(address.sin_port);
  }
  ~HeldPort() { ::close(socket_); }
  HeldPort(const HeldPort&) = delete;
  HeldPort& operator=(const HeldPort&) = delete;
  std::uint32_t number() const { return number_; }

 private:
  int socket_;
  std::uint32_t number_ = 0;
};

inline std::uint32_t freePort() {
  return HeldPort().number();
}

/// A load balancer `name` with an HTTPS listener on `port` that forwards to the gRPC group "`name`-targets".
inline config::Document balancer(const std::string& name, std::uint32_t port,
                                 const std::vector<std::uint32_t>& targets) {
  config::TargetGroup group;
  group.name = name + "-targets";
  group.port = 50061;
  for (const std::uint32_t target : targets)
    group.targets.push_back({"127.0.0.1", target});
  config::Listener listener;
  listener.port = port;
  listener.certificates = {config::Certificate{}};
  listener.defaultActions = {config::forwardTo(group.name)};
  config::LoadBalancer made;
  made.name = name;
  made.listeners = {listener};
  config::Document document;
  document.loadBalancers = {made};
  document.targetGroups = {group};
  return document;
}

}  // namespace spillway::ui::testing
