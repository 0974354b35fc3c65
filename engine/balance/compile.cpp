// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/compile.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>

#include "engine/balance/compile_rules.h"
#include "engine/pki/certificate.h"
#include "engine/pki/key_file.h"
#include "engine/pki/local_ca.h"

namespace spillway::balance {
namespace {

class Compiler {
 public:
  Compiler(const config::Document& document, RuntimeRegistry& runtimes, observe::MetricsRegistry& metrics,
           std::string dataDirectory)
      : document_(document),
        runtimes_(runtimes),
        metrics_(metrics),
        dataDirectory_(std::move(dataDirectory)) {}

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
    const std::string path = fmt::format("targetGroups[{}]", index);
    const bool probesTls = result->settings.healthCheck.protocol == config::Protocol::Https;
    const bool verify = user && user->beyondAlb.verifyTargetCertificates;
    if (result->settings.protocol == config::Protocol::Https || probesTls) {
      const auto tls = targetTls(verify ? net::TlsContext::Verify::Yes : net::TlsContext::Verify::No, path);
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
    auto address = net::resolve(target.id, port);
    if (!address) return problem(path, target.id, address.error().detail);
    TargetSnapshot result;
    result.runtime = runtimes_.target({group.settings.name, target.id, port});
    result.address = *address;
    result.text = address->toString();
    result.serverName = target.id;
    const char* security = !group.tls ? "plain" : verify ? "tls-verified" : "tls";
    result.poolKey = fmt::format("{} {} {}", result.text, security, result.serverName);
    group.targets.push_back(std::move(result));
  }

  std::shared_ptr<const net::TlsContext> targetTls(net::TlsContext::Verify verify, const std::string& path) {
    std::string caFile;
    if (verify == net::TlsContext::Verify::Yes) {
      if (auto ca = pki::LocalCa::open(dataDirectory_)) caFile = ca->certificateFile();
    }
    auto context = net::TlsContext::client(verify, caFile);
    if (context) return *context;
    problem(path + ".protocol", "HTTPS", context.error().detail);
    return nullptr;
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
    result->rules = compileRules(settings, snapshot.groups);
    result->slot = metrics_.listenerSlot(result->id);
    result->document = balancerIndex;
    result->index = index;
    for (const auto& candidate : snapshot.groups) {
      if (config::forwardsTo(settings.defaultActions.back(), candidate->settings.name))
        result->group = candidate;
    }
    if (settings.protocol == config::Protocol::Https) {
      const std::string path = fmt::format("loadBalancers[{}].listeners[{}]", balancerIndex, index);
      result->tls = serverTls(settings, path);
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

  std::shared_ptr<const net::TlsContext> serverTls(const config::Listener& settings,
                                                   const std::string& path) {
    const config::Certificate& certificate = settings.certificates.front();
    const std::string field = path + ".certificates[0]";
    const auto pair = certificate.source == config::Certificate::Source::LocalCa
                          ? issued(certificate, field)
                          : fromFiles(certificate, field);
    const net::SecurityPolicy* policy = net::findSecurityPolicy(settings.sslPolicy);
    if (!policy) {
      problem(path + ".sslPolicy", settings.sslPolicy, "This security policy is not known.");
      return nullptr;
    }
    if (!pair) return nullptr;
    auto context = net::TlsContext::server(pair->certificatePem, pair->privateKeyPem, *policy);
    if (context) return *context;
    problem(field, certificate.certificateFile, context.error().detail);
    return nullptr;
  }

  Result<pki::IssuedCertificate> issued(const config::Certificate& certificate, const std::string& path) {
    auto result = pki::LocalCa::open(dataDirectory_).and_then([&](const pki::LocalCa& ca) {
      return ca.issueOnce(certificate.names);
    });
    if (!result) problem(path, {}, result.error().detail);
    return result;
  }

  Result<pki::IssuedCertificate> fromFiles(const config::Certificate& certificate, const std::string& path) {
    auto chain = pki::readCertificateFile(certificate.certificateFile);
    if (!chain) problem(path + ".certificateFile", certificate.certificateFile, chain.error().detail);
    auto key = pki::readPrivateKeyFile(certificate.privateKeyFile);
    if (!key) problem(path + ".privateKeyFile", certificate.privateKeyFile, key.error().detail);
    if (!chain) return failure(chain.error());
    if (!key) return failure(key.error());
    if (auto fits = pki::checkKeyMatches(*chain, *key); !fits) {
      problem(path + ".privateKeyFile", certificate.privateKeyFile, fits.error().detail);
      return failure(fits.error());
    }
    return pki::IssuedCertificate{*chain, *key};
  }

  const config::Document& document_;
  RuntimeRegistry& runtimes_;
  observe::MetricsRegistry& metrics_;
  std::string dataDirectory_;
  std::vector<config::Issue> issues_;
};

}  // namespace

Result<std::shared_ptr<const Snapshot>, std::vector<config::Issue>> compile(
    const config::Document& document, RuntimeRegistry& runtimes, observe::MetricsRegistry& metrics,
    const std::string& dataDirectory) {
  return Compiler(document, runtimes, metrics, dataDirectory).run();
}

std::shared_ptr<const ListenerSnapshot> Snapshot::findListener(const ListenerId& id) const {
  const auto at =
      std::find_if(listeners.begin(), listeners.end(), [&](const auto& item) { return item->id == id; });
  return at == listeners.end() ? nullptr : *at;
}

}  // namespace spillway::balance
