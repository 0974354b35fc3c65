// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/validate.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/config/findings.h"
#include "engine/config/suggestion.h"

namespace spillway::config {
namespace {

std::string listenerTitle(const Listener& listener, const LoadBalancer& balancer) {
  return fmt::format("listener \"{}\" of load balancer \"{}\"", effectiveName(listener), balancer.name);
}

Relations relate(const Document& document) {
  Relations relations{document, {}, {}, {}};
  for (const auto& group : document.targetGroups) {
    if (!group.name.empty()) relations.groupNames.push_back(group.name);
  }
  for (const auto& balancer : document.loadBalancers) {
    for (const auto& listener : balancer.listeners) {
      if (listener.port != 0) relations.listenerPorts.claim(listener.port, listenerTitle(listener, balancer));
      for (const auto& group : targetGroupsOf(listener))
        relations.userOfGroup.try_emplace(group, &balancer);
    }
  }
  return relations;
}

/// Says at the second mention of a name where the first one is.
void checkUnique(Findings& findings, Holders<std::string>& names, const std::string& path,
                 const std::string& name, const std::string& holder) {
  if (name.empty()) return;
  if (const auto first = names.claim(name, holder); !first.empty()) {
    findings.error(path, name, fmt::format("This name is taken by {}: choose another.", first));
  }
}

void checkListeners(Findings& findings, const std::string& path, const LoadBalancer& balancer,
                    const Relations& relations, Holders<std::uint32_t>& ports) {
  Holders<std::string> names;
  for (std::size_t i = 0; i < balancer.listeners.size(); ++i) {
    const Listener& listener = balancer.listeners[i];
    const std::string listenerPath = fmt::format("{}[{}]", path, i);
    const auto sameName = names.claim(effectiveName(listener), fmt::format("listeners[{}]", i));
    const auto samePort =
        listener.port == 0 ? std::string() : ports.claim(listener.port, listenerTitle(listener, balancer));
    if (!samePort.empty()) {
      // All schemes and address types share 127.0.0.1.
      findings.error(listenerPath + ".port", std::to_string(listener.port),
                     fmt::format("This port is taken by {}: choose another.", samePort));
    }
    if (!sameName.empty() && (samePort.empty() || !listener.name.empty())) {
      findings.error(listenerPath + ".name", effectiveName(listener),
                     fmt::format("This name is taken by {}: give each listener its own.", sameName));
    }
    checkListener(findings, listenerPath, listener, balancer, relations);
  }
}

void checkLoadBalancer(Findings& findings, const std::string& path, const LoadBalancer& balancer) {
  checkName(findings, path + ".name", balancer.name, "load balancer");
  if (balancer.name.starts_with("internal-")) {
    findings.error(path + ".name", balancer.name,
                   "The name of a load balancer does not begin with \"internal-\": choose another.");
  }
  if (balancer.scheme == Scheme::InternetFacing) {
    findings.warning(path + ".scheme", "internet-facing",
                     "Other machines will reach this load balancer: use it only on a network you trust.");
  }
  checkLoadBalancerAttributes(findings, path, balancer);
  if (balancer.listeners.empty()) {
    findings.warning(path + ".listeners", "", "Without listeners this load balancer receives nothing.");
  }
}

void checkServicePorts(Findings& findings, const std::string& path, const LocalService& service,
                       const Relations& relations, Holders<std::uint32_t>& ports) {
  if (service.ports.empty())
    findings.error(path, "", "A local service needs one port for each task, at least one.");
  for (std::size_t i = 0; i < service.ports.size(); ++i) {
    const std::uint32_t port = service.ports[i];
    const std::string portPath = fmt::format("{}[{}]", path, i);
    checkRange(findings, portPath, port, kPorts, "A port");
    if (!kPorts.contains(port)) continue;
    auto holder = relations.listenerPorts.holderOf(port);
    if (holder.empty()) holder = ports.claim(port, fmt::format("local service \"{}\"", service.name));
    if (!holder.empty()) {
      findings.error(portPath, std::to_string(port),
                     fmt::format("This port is taken by {}: choose another.", holder));
    }
  }
}

void checkService(Findings& findings, const std::string& path, const LocalService& service,
                  const Relations& relations, Holders<std::uint32_t>& ports) {
  checkName(findings, path + ".name", service.name, "local service");
  if (service.command.empty() || service.command.front().empty()) {
    findings.error(path + ".command", "", "Name the program to start, then its arguments.");
  }
  checkServicePorts(findings, path + ".ports", service, relations, ports);
  const auto& groups = relations.groupNames;
  if (!service.targetGroup.empty() && std::ranges::find(groups, service.targetGroup) == groups.end()) {
    findings.error(path + ".targetGroup", service.targetGroup,
                   "There is no target group of this name." + didYouMean(service.targetGroup, groups));
  }
}

void checkLoadBalancers(Findings& findings, const Document& document, const Relations& relations) {
  Holders<std::string> names;
  Holders<std::uint32_t> ports;
  for (std::size_t i = 0; i < document.loadBalancers.size(); ++i) {
    const std::string path = fmt::format("loadBalancers[{}]", i);
    checkUnique(findings, names, path + ".name", document.loadBalancers[i].name, path);
    checkLoadBalancer(findings, path, document.loadBalancers[i]);
    checkListeners(findings, path + ".listeners", document.loadBalancers[i], relations, ports);
  }
}

void checkTargetGroups(Findings& findings, const Document& document, const Relations& relations) {
  Holders<std::string> names;
  for (std::size_t i = 0; i < document.targetGroups.size(); ++i) {
    const std::string path = fmt::format("targetGroups[{}]", i);
    checkUnique(findings, names, path + ".name", document.targetGroups[i].name, path);
    checkTargetGroup(findings, path, document.targetGroups[i], relations);
  }
}

void checkServices(Findings& findings, const Document& document, const Relations& relations) {
  Holders<std::string> names;
  Holders<std::uint32_t> ports;
  for (std::size_t i = 0; i < document.localServices.size(); ++i) {
    const std::string path = fmt::format("localServices[{}]", i);
    checkUnique(findings, names, path + ".name", document.localServices[i].name, path);
    checkService(findings, path, document.localServices[i], relations, ports);
  }
}

void checkSavedCalls(Findings& findings, const Document& document) {
  Holders<std::string> names;
  for (std::size_t i = 0; i < document.savedCalls.size(); ++i) {
    const SavedCall& call = document.savedCalls[i];
    const std::string path = fmt::format("savedCalls[{}]", i);
    if (call.name.empty()) findings.error(path + ".name", "", "A saved call needs a name.");
    checkUnique(findings, names, path + ".name", call.name, path);
    if (!call.method.starts_with('/')) {
      findings.error(path + ".method", call.method,
                     "Write the method's path, such as /routeguide.RouteGuide/GetFeature.");
    }
  }
}

}  // namespace

std::vector<Issue> validate(const Document& document) {
  Findings findings;
  const Relations relations = relate(document);
  checkLoadBalancers(findings, document, relations);
  checkTargetGroups(findings, document, relations);
  checkSecurityFiles(findings, document);
  checkMonitoring(findings, relations);
  checkServices(findings, document, relations);
  checkSavedCalls(findings, document);
  return findings.take();
}

bool hasErrors(const std::vector<Issue>& issues) {
  return std::ranges::any_of(issues,
                             [](const Issue& issue) { return issue.severity == Issue::Severity::Error; });
}

}  // namespace spillway::config
