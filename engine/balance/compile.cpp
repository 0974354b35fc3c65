// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/compile.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>

#include "engine/balance/compile_rules.h"
#include "engine/balance/compile_tls.h"
#include "engine/base/text.h"

namespace spillway::balance {
namespace {

class Compiler {
 public:
  Compiler(const config::Document& document, RuntimeRegistry& runtimes, net::ResolvedNames& names,
           const std::string& dataDirectory)
      : document_(document), runtimes_(runtimes), names_(names), tls_(document, dataDirectory, issues_) {}

  Result<std::shared_ptr<const Snapshot>, std::vector<config::Issue>> run() {
    static std::atomic<std::uint64_t> versions{0};
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->version = ++versions;
    snapshot->document = document_;
    for (std::size_t i = 0; i < document_.targetGroups.size(); ++i)
      snapshot->groups.push_back(group(i));
    for (std::size_t b = 0; b < document_.loadBalancers.size(); ++b) {
      for (std::size_t l = 0; l < document_.loadBalancers[b].listeners.size(); ++l) {
        snapshot->listeners.push_back(listener(b, l, *snapshot));
      }
    }
    if (!issues_.empty()) return failure(std::move(issues_));
    return snapshot;
  }

 private:
  void problem(std::string path, std::string value, std::string message) {
    issues_.push_back(
        {std::move(path), std::move(value), std::move(message), config::Issue::Severity::Error});
  }

  const config::LoadBalancer* userOf(const std::string& group) const {
    for (const auto& balancer : document_.loadBalancers) {
      for (const auto& item : balancer.listeners) {
        if (config::forwardsTo(item, group)) return &balancer;
      }
    }
    return nullptr;
  }

  std::shared_ptr<const GroupSnapshot> group(std::size_t index) {
    static std::atomic<std::uint64_t> serials{0};
    auto result = std::make_shared<GroupSnapshot>();
    result->serial = ++serials;
    result->settings = document_.targetGroups[index];
    result->runtime = runtimes_.group(result->settings.name);
    const config::LoadBalancer* user = userOf(result->settings.name);
    result->inUse = user != nullptr;
    result->responseHeadersBytes = (user ? user->limits : config::Limits{}).responseHeadersBytes;
    const std::string path = fmt::format("targetGroups[{}]", index);
    const bool probesTls = result->settings.healthCheck.protocol == config::Protocol::Https;
    const bool verify = user && user->beyondAlb.verifyTargetCertificates;
    if (result->settings.protocol == config::Protocol::Https || probesTls) {
      const auto tls = tls_.forTargets(verify ? net::TlsContext::Verify::Yes : net::TlsContext::Verify::No,
                                       result->settings.protocolVersion, path + ".protocol");
      if (result->settings.protocol == config::Protocol::Https) result->tls = tls;
      if (probesTls) result->probeTls = tls;
    }
    for (std::size_t i = 0; i < result->settings.targets.size(); ++i) {
      addTarget(*result, result->settings.targets[i], fmt::format("{}.targets[{}].id", path, i), verify);
    }
    return result;
  }

  void addTarget(GroupSnapshot& group, const config::Target& target, const std::string& path, bool verify) {
    const auto port = static_cast<std::uint16_t>(target.port);
    const auto address = names_.addressOf(target.id, port);
    if (!address) return problem(path, target.id, address.error().detail);
    TargetSnapshot result;
    result.runtime = runtimes_.target({group.settings.name, target.id, port});
    result.serverName = target.id;
    result.zone = target.availabilityZone;
    if (!*address) {
      result.text = fmt::format("{}:{}", target.id, port);
      return group.unresolved.push_back(std::move(result));
    }
    result.address = **address;
    result.text = result.address.toString();
    const char* security = !group.tls ? "plain" : verify ? "tls-verified" : "tls";
    const bool http1 = group.settings.protocolVersion == config::ProtocolVersion::Http1;
    result.poolKey = fmt::format("{} {} {} {} {}", result.text, http1 ? "h1" : "h2", security,
                                 group.responseHeadersBytes, result.serverName);
    group.targets.push_back(std::move(result));
  }

  std::shared_ptr<const ListenerSnapshot> listener(std::size_t balancerIndex, std::size_t index,
                                                   const Snapshot& snapshot) {
    const config::LoadBalancer& balancer = document_.loadBalancers[balancerIndex];
    const config::Listener& settings = balancer.listeners[index];
    auto result = std::make_shared<ListenerSnapshot>();
    result->id = {balancer.name, config::effectiveName(settings)};
    result->protocol = settings.protocol;
    result->port = static_cast<std::uint16_t>(settings.port);
    result->binds = binds(balancer, result->port);
    result->attributes = balancer.attributes;
    result->listenerAttributes = settings.attributes;
    result->limits = balancer.limits;
    result->beyondAlb = balancer.beyondAlb;
    result->capture = balancer.capture;
    for (std::string& name : result->capture.loggedHeaders)
      name = lowerCase(name);
    result->rules =
        compileRules(settings, snapshot.groups, [&](std::uint32_t rule, const std::string& group) {
          return runtimes_.route({result->id, rule, group});
        });
    result->runtime = runtimes_.listener(result->id);
    result->document = balancerIndex;
    result->index = index;
    if (settings.protocol == config::Protocol::Https) {
      const std::string path = fmt::format("loadBalancers[{}].listeners[{}]", balancerIndex, index);
      result->tls = tls_.forListener(balancer, settings, path);
    }
    return result;
  }

  static std::vector<net::SocketAddress> binds(const config::LoadBalancer& balancer, std::uint16_t port) {
    const bool everywhere = balancer.scheme == config::Scheme::InternetFacing;
    std::vector<net::SocketAddress> result{
        *net::SocketAddress::parse(everywhere ? "0.0.0.0" : "127.0.0.1", port)};
    if (balancer.ipAddressType == config::IpAddressType::Dualstack) {
      result.push_back(*net::SocketAddress::parse(everywhere ? "::" : "::1", port));
    }
    return result;
  }

  const config::Document& document_;
  RuntimeRegistry& runtimes_;
  net::ResolvedNames& names_;
  std::vector<config::Issue> issues_;
  TlsCompiler tls_;
};

}  // namespace

Result<std::shared_ptr<const Snapshot>, std::vector<config::Issue>> compile(
    const config::Document& document, RuntimeRegistry& runtimes, net::ResolvedNames& names,
    const std::string& dataDirectory) {
  return Compiler(document, runtimes, names, dataDirectory).run();
}

std::shared_ptr<const ListenerSnapshot> Snapshot::findListener(const ListenerId& id) const {
  const auto at =
      std::find_if(listeners.begin(), listeners.end(), [&](const auto& item) { return item->id == id; });
  return at == listeners.end() ? nullptr : *at;
}

}  // namespace spillway::balance
