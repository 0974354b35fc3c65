// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/map/map_content.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/config/words.h"
#include "ui/accesslog/log_filters.h"
#include "ui/bridge/document_edits.h"
#include "ui/models/rule_words.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"
#include "ui/wizards/beyond_alb.h"

namespace spillway::ui {

namespace {

using observe::TargetState;

const QString kClients = QStringLiteral("clients");
constexpr std::size_t kMostTall = 12;  ///< targets of a group that have tiles of several lines

QString str(const std::string& text) {
  return QString::fromStdString(text);
}

MapState mapState(TargetState state) {
  switch (state) {
    case TargetState::Healthy:
      return MapState::Healthy;
    case TargetState::Unhealthy:
      return MapState::Unhealthy;
    case TargetState::Initial:
      return MapState::Initial;
    case TargetState::Draining:
      return MapState::Draining;
    case TargetState::Unused:
      break;
  }
  return MapState::Unused;
}

std::optional<TargetState> targetState(MapState state) {
  switch (state) {
    case MapState::Healthy:
      return TargetState::Healthy;
    case MapState::Unhealthy:
      return TargetState::Unhealthy;
    case MapState::Initial:
      return TargetState::Initial;
    case MapState::Draining:
      return TargetState::Draining;
    case MapState::Unused:
      return TargetState::Unused;
    case MapState::Plain:
    case MapState::Resting:
      break;
  }
  return std::nullopt;
}

QString versionWord(config::ProtocolVersion version) {
  switch (version) {
    case config::ProtocolVersion::Grpc:
      return QStringLiteral("gRPC");
    case config::ProtocolVersion::Http2:
      return QStringLiteral("HTTP/2");
    case config::ProtocolVersion::Http1:
      break;
  }
  return QStringLiteral("HTTP/1.1");
}

/// "round robin", "least outstanding requests", …
QString algorithmWord(const config::TargetGroup& group) {
  const std::string_view word = config::wordOf(group.attributes.algorithm);
  return QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()))
      .replace(QLatin1Char('_'), QLatin1Char(' '));
}

QString groupKey(const std::string& name) {
  return QStringLiteral("group ") + str(name);
}

QString targetKey(const TargetId& id) {
  return QStringLiteral("target %1 %2:%3").arg(str(id.group), str(id.address)).arg(id.port);
}

/// Makes the nodes and edges, column by column.
class Describer {
 public:
  explicit Describer(const MapSources& sources) : from_(sources) {
    for (const TargetStatus& target : from_.targets)
      statuses_[target.id] = &target;
  }

  MapContent describe() {
    if (from_.document.loadBalancers.empty() && from_.document.targetGroups.empty()) return {};
    addClients();
    for (const auto& balancer : from_.document.loadBalancers)
      for (const auto& listener : balancer.listeners)
        addListener(balancer, listener);
    for (const auto& group : from_.document.targetGroups)
      addGroup(group);
    return std::move(content_);
  }

 private:
  void addClients() {
    MapNode node;
    node.key = kClients;
    node.column = MapColumn::Clients;
    node.title = QStringLiteral("Clients");
    node.state = MapState::Resting;
    node.part = observe::SeriesPart();
    const auto count = [](std::int64_t number) {
      return static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
    };
    node.lines = {countOf(count(from_.metrics.activeConnections), QStringLiteral("connection")),
                  countOf(count(from_.metrics.total.activeStreams), QStringLiteral("open stream"))};
    content_.nodes.push_back(node);
  }

  void addListener(const config::LoadBalancer& balancer, const config::Listener& listener) {
    const ListenerId id{balancer.name, config::effectiveName(listener)};
    const bool isHttps = listener.protocol == config::Protocol::Https;
    const ListenerStatus* running = findRunning(from_.listeners, balancer.name, listener);
    MapNode node;
    node.key = QStringLiteral("listener %1/%2").arg(str(id.loadBalancer), str(id.listener));
    node.column = MapColumn::Listeners;
    node.title = QStringLiteral("%1 :%2").arg(isHttps ? "HTTPS" : "HTTP").arg(listener.port);
    node.state = running ? MapState::Plain : MapState::Unused;
    const bool plainHttp2 = !isHttps && balancer.beyondAlb.plaintextHttp2;
    node.lines = {str(balancer.name),
                  isHttps      ? QStringLiteral("TLS · h2")
                  : plainHttp2 ? QStringLiteral("h2c, clear text")
                               : QStringLiteral("clear text"),
                  running ? QStringLiteral("idle %1 s").arg(balancer.attributes.idleTimeoutSeconds)
                          : QStringLiteral("not running")};
    const QStringList beyond = notOnAwsPills(balancer.beyondAlb);
    if (!beyond.isEmpty()) node.mark = QStringLiteral("▲ not on AWS: %1 on").arg(beyond.size());
    node.tip = QStringLiteral("Listener %1 of %2").arg(str(id.listener), str(balancer.name));
    for (const QString& words : beyond)
      node.tip += QLatin1Char('\n') + words;
    node.logFilter = filterOfListener(id);
    node.address = addressOf(listener, from_.listeners, balancer.name);
    node.part = id;
    content_.edges.push_back({kClients, node.key, from_.recent.perSecond(id), false});
    content_.nodes.push_back(node);
    addRules(listener, id, node.key);
  }

  /// In the order in which they are tried, the default rule last.
  void addRules(const config::Listener& listener, const ListenerId& id, const QString& listenerKey) {
    std::vector<const config::Rule*> rules;
    for (const config::Rule& rule : listener.rules)
      rules.push_back(&rule);
    std::ranges::stable_sort(rules, {}, [](const config::Rule* rule) { return rule->priority; });
    for (const config::Rule* rule : rules)
      addRule({id, rule->priority, {}}, conditionsWords(*rule), rule->actions, listenerKey);
    addRule({id, 0, {}}, QStringLiteral("every other request"), listener.defaultActions, listenerKey);
  }

  void addRule(RouteId route, const QString& conditions, const std::vector<config::Action>& actions,
               const QString& listenerKey) {
    MapNode node;
    node.key = QStringLiteral("rule %1 of %2").arg(route.rule).arg(listenerKey);
    node.column = MapColumn::Rules;
    node.title = route.rule == 0 ? QStringLiteral("default") : QString::number(route.rule);
    if (route.rule != 0) node.lines = {conditions};
    node.lines += actionsWords(actions);
    node.tip = QStringLiteral("Rule %1: %2\n%3").arg(node.title, conditions, actionsWords(actions));
    const QString groups = groupsWords(actions);
    if (!groups.isEmpty()) node.tip += QStringLiteral(" to ") + groups;
    node.logFilter = filterOfRule(route.listener, route.rule);
    double rate = from_.recent.perSecond(route);
    std::vector<MapEdge> ways;
    if (!actions.empty()) {
      for (const auto& group : actions.back().targetGroups) {
        route.group = group.targetGroup;
        ways.push_back({node.key, groupKey(group.targetGroup), from_.recent.perSecond(route), false});
        rate += ways.back().perSecond;
      }
    }
    content_.edges.push_back({listenerKey, node.key, rate, false});
    content_.edges.insert(content_.edges.end(), ways.begin(), ways.end());
    content_.nodes.push_back(node);
  }

  void addGroup(const config::TargetGroup& group) {
    MapNode node;
    node.key = groupKey(group.name);
    node.column = MapColumn::TargetGroups;
    node.title = str(group.name);
    node.opens = node.title;
    node.logFilter = filterOfGroup(node.title);
    node.part = observe::TargetGroupName{group.name};
    std::size_t healthy = 0;
    MapState worst = group.targets.empty() ? MapState::Unused : MapState::Healthy;
    std::vector<MapNode> targets;
    for (const auto& target : group.targets) {
      targets.push_back(targetNode(group, target));
      node.targets.push_back(idOf(group, target));
      if (targets.back().state == MapState::Healthy) ++healthy;
    }
    for (const auto state : {MapState::Initial, MapState::Unused, MapState::Draining, MapState::Unhealthy})
      if (std::ranges::any_of(targets, [&](const MapNode& target) { return target.state == state; }))
        worst = state;
    node.state = worst;
    node.badge = QStringLiteral("%1 %2/%3").arg(mapGlyph(worst)).arg(healthy).arg(group.targets.size());
    node.lines = {QStringLiteral("%1 · %2").arg(versionWord(group.protocolVersion), algorithmWord(group)),
                  trafficWords(group.name)};
    node.tip = QStringLiteral("Target group %1: %2 of %3 healthy")
                   .arg(node.title)
                   .arg(healthy)
                   .arg(countOf(group.targets.size(), QStringLiteral("target")));
    if (!group.targets.empty() && healthy == 0 && worst == MapState::Unhealthy)
      node.mark = QStringLiteral("▲ fail-open: all are tried");
    content_.nodes.push_back(node);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const TargetId id = idOf(group, group.targets[i]);
      content_.edges.push_back({node.key, targets[i].key, from_.recent.perSecond(id),
                                targets[i].state == MapState::Unhealthy, !targets[i].isCompact});
      content_.nodes.push_back(targets[i]);
    }
  }

  QString trafficWords(const std::string& group) const {
    const auto durations = from_.recent.durations(group);
    const double ok = from_.recent.okShare(group);
    if (durations.count == 0 || ok < 0) return QStringLiteral("no requests in 10 s");
    return QStringLiteral("p99 %1 · OK %2 %")
        .arg(durationText(static_cast<std::int64_t>(durations.percentile(0.99))))
        .arg(std::floor(ok * 1000) / 10);
  }

  static TargetId idOf(const config::TargetGroup& group, const config::Target& target) {
    return {group.name, target.id, static_cast<std::uint16_t>(target.port)};
  }

  MapNode targetNode(const config::TargetGroup& group, const config::Target& target) const {
    const TargetId id = idOf(group, target);
    MapNode node;
    node.key = targetKey(id);
    node.column = MapColumn::Targets;
    node.title = QStringLiteral("%1:%2").arg(str(target.id)).arg(target.port);
    node.opens = str(group.name);
    node.logFilter = filterOfTarget(node.title);
    node.address = node.title;
    node.part = id;
    node.targets = {id};
    node.isCompact = group.targets.size() > kMostTall;
    const auto found = statuses_.find(id);
    if (found == statuses_.end()) {
      node.state = MapState::Unused;
      node.lines = {QStringLiteral("not checked yet")};
    } else {
      const TargetStatus& status = *found->second;
      node.state = mapState(status.state);
      node.lines = {node.isCompact ? compactWords(status, id) : targetWords(status, id)};
      node.tip = healthWord(status.state);
      if (!status.description.empty()) node.tip += QStringLiteral(": ") + str(status.description);
      if (const char* reason = observe::toString(status.reason); *reason)
        node.tip += QStringLiteral("\nReason code: ") + QLatin1String(reason);
      if (!status.detail.empty()) node.tip += QLatin1Char('\n') + str(status.detail);
    }
    node.badge = mapGlyph(node.state);
    return node;
  }

  /// The reason is for whoever hovers over it.
  QString compactWords(const TargetStatus& status, const TargetId& id) const {
    return status.state == TargetState::Healthy ? rateText(from_.recent.perSecond(id))
                                                : healthWord(status.state).toLower();
  }

  QString targetWords(const TargetStatus& status, const TargetId& id) const {
    const QString word = healthWord(status.state).toLower();
    if (status.state == TargetState::Unhealthy) {
      const std::string& why = status.detail.empty() ? status.description : status.detail;
      return why.empty() ? word : QStringLiteral("%1: %2").arg(word, str(why));
    }
    if (status.state != TargetState::Healthy && !status.description.empty())
      return QStringLiteral("%1: %2").arg(word, str(status.description));
    QString words = QStringLiteral("%1 · %2").arg(word, rateText(from_.recent.perSecond(id)));
    const auto part = from_.metrics.targets.find(id);
    if (part != from_.metrics.targets.end() && part->second.activeStreams > 0)
      words += QStringLiteral(" · ") +
               countOf(static_cast<std::uint64_t>(part->second.activeStreams), QStringLiteral("stream"));
    return words;
  }

  const MapSources& from_;
  std::map<TargetId, const TargetStatus*> statuses_;
  MapContent content_;
};

}  // namespace

MapContent describeMap(const MapSources& sources) {
  return Describer(sources).describe();
}

QString mapGlyph(MapState state) {
  const auto health = targetState(state);
  return health ? healthGlyph(*health) : QString();
}

QColor mapColor(MapState state) {
  if (const auto health = targetState(state)) return healthColor(*health);
  return state == MapState::Plain ? Theme::colors().accent : Theme::colors().mutedText;
}

}  // namespace spillway::ui
