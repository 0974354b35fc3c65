// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/document_edits.h"

#include <algorithm>
#include <functional>

namespace spillway::ui {

namespace {

constexpr const char* kLoopback = "127.0.0.1";  ///< where local services listen

template <class Part>
std::string uniqueName(const std::vector<Part>& parts, const std::string& wanted) {
  const auto isTaken = [&](const std::string& name) {
    return std::ranges::any_of(parts, [&](const Part& part) { return part.name == name; });
  };
  std::string name = wanted;
  for (int number = 2; isTaken(name); ++number)
    name = wanted + '-' + std::to_string(number);
  return name;
}

void renameIn(config::Listener& listener, const std::string& before, const std::string& after) {
  const auto rename = [&](std::vector<config::Action>& actions) {
    for (auto& action : actions)
      for (auto& group : action.targetGroups)
        if (group.targetGroup == before) group.targetGroup = after;
  };
  rename(listener.defaultActions);
  for (auto& rule : listener.rules)
    rename(rule.actions);
}

void renameGroup(config::Document& document, const std::string& before, const std::string& after) {
  for (auto& balancer : document.loadBalancers)
    for (auto& listener : balancer.listeners)
      renameIn(listener, before, after);
  for (auto& service : document.localServices)
    if (service.targetGroup == before) service.targetGroup = after;
}

}  // namespace

std::vector<std::string> mergeInto(config::Document& document, config::Document addition) {
  for (auto& group : addition.targetGroups) {
    const std::string name = uniqueName(document.targetGroups, group.name);
    if (name != group.name) renameGroup(addition, group.name, name);
    group.name = name;
    document.targetGroups.push_back(group);
  }
  std::vector<std::string> balancers;
  for (auto& balancer : addition.loadBalancers) {
    balancer.name = uniqueName(document.loadBalancers, balancer.name);
    document.loadBalancers.push_back(balancer);
    balancers.push_back(balancer.name);
  }
  for (auto& service : addition.localServices) {
    service.name = uniqueName(document.localServices, service.name);
    document.localServices.push_back(service);
  }
  return balancers;
}

config::Document additions(const config::Document& before, const config::Document& after) {
  const auto pick = [](const auto& old, const auto& all) {
    auto added = all;
    std::erase_if(added, [&](const auto& part) {
      return std::ranges::any_of(old, [&](const auto& known) { return known.name == part.name; });
    });
    return added;
  };
  config::Document added;
  added.loadBalancers = pick(before.loadBalancers, after.loadBalancers);
  added.targetGroups = pick(before.targetGroups, after.targetGroups);
  added.localServices = pick(before.localServices, after.localServices);
  return added;
}

const config::TargetGroup* findGroup(const config::Document& document, const std::string& name) {
  const auto found = std::ranges::find(document.targetGroups, name, &config::TargetGroup::name);
  return found == document.targetGroups.end() ? nullptr : &*found;
}

config::TargetGroup* findGroup(config::Document& document, const std::string& name) {
  const auto found = std::ranges::find(document.targetGroups, name, &config::TargetGroup::name);
  return found == document.targetGroups.end() ? nullptr : &*found;
}

const ListenerStatus* findRunning(const std::vector<ListenerStatus>& running, const std::string& loadBalancer,
                                  const config::Listener& listener) {
  const ListenerId id{loadBalancer, config::effectiveName(listener)};
  const auto found = std::ranges::find(running, id, &ListenerStatus::id);
  return found == running.end() ? nullptr : &*found;
}

QString addressOf(const config::Listener& listener, const std::vector<ListenerStatus>& running,
                  const std::string& loadBalancer) {
  const bool isHttps = listener.protocol == config::Protocol::Https;
  QString port = QString::number(listener.port);
  if (listener.port == 0) {
    const ListenerStatus* status = findRunning(running, loadBalancer, listener);
    if (!status || status->addresses.empty()) return {};
    port = QString::fromStdString(status->addresses.front()).section(QLatin1Char(':'), -1);
  }
  return QStringLiteral("%1://localhost:%2").arg(isHttps ? "https" : "http", port);
}

QString problemWords(const std::vector<config::Issue>& issues, FieldPath path) {
  std::vector<config::Issue> errors;
  std::ranges::copy_if(issues, std::back_inserter(errors), [](const config::Issue& issue) {
    return issue.severity == config::Issue::Severity::Error;
  });
  if (errors.empty()) return {};
  const QString first = QString::fromStdString(path == FieldPath::Named ? config::describe(errors.front())
                                                                        : errors.front().message);
  if (errors.size() == 1) return first;
  return QStringLiteral("%1 (and %2 more)").arg(first).arg(errors.size() - 1);
}

bool scaleService(config::Document& document, const std::string& group, std::size_t tasks,
                  const std::function<std::uint32_t(std::uint32_t from)>& freePort) {
  const auto service = std::ranges::find(document.localServices, group, &config::LocalService::targetGroup);
  config::TargetGroup* targets = findGroup(document, group);
  if (service == document.localServices.end() || !targets || tasks == 0) return false;
  auto& ports = service->ports;
  while (ports.size() > tasks) {
    std::erase_if(targets->targets, [port = ports.back()](const config::Target& target) {
      return target.port == port && target.id == kLoopback;
    });
    ports.pop_back();
  }
  while (ports.size() < tasks) {
    const std::uint32_t last = ports.empty() ? targets->port - 1 : std::ranges::max(ports);
    const std::uint32_t port = freePort(last + 1);
    if (port == 0) return false;
    ports.push_back(port);
    targets->targets.push_back({kLoopback, port});
  }
  return true;
}

}  // namespace spillway::ui
