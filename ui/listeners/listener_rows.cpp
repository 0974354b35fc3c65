// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/listeners/listener_rows.h"

#include <algorithm>

#include "ui/bridge/document_edits.h"
#include "ui/wizards/beyond_alb.h"

namespace spillway::ui {

namespace {

using observe::TargetState;

QString str(const std::string& text) {
  return QString::fromStdString(text);
}

QString certificateWords(const config::Listener& listener) {
  if (listener.protocol != config::Protocol::Https || listener.certificates.empty())
    return QStringLiteral("–");
  const config::Certificate& certificate = listener.certificates.front();
  if (certificate.source == config::Certificate::Source::Files)
    return str(certificate.certificateFile).section(QLatin1Char('/'), -1);
  const QString name =
      certificate.names.empty() ? QStringLiteral("localhost") : str(certificate.names.front());
  return QStringLiteral("local CA: %1").arg(name);
}

QString actionWords(const config::Listener& listener) {
  if (listener.defaultActions.empty()) return QStringLiteral("–");
  const auto& action = listener.defaultActions.back();
  if (action.type == config::ActionType::Redirect) return QStringLiteral("redirect");
  if (action.type == config::ActionType::FixedResponse)
    return QStringLiteral("fixed response %1").arg(action.fixedResponse.statusCode);
  QStringList names;
  for (const auto& group : action.targetGroups)
    names.push_back(str(group.targetGroup));
  return QStringLiteral("forward → %1").arg(names.join(", "));
}

TableCell plain(const QString& text) {
  return {text, {}, Severity::None, {}, false};
}

TableCell count(std::uint64_t value, Severity severity = Severity::None) {
  return {countText(value), QVariant::fromValue<qulonglong>(value), severity, {}, false};
}

TableCell stateCell(const ListenerStatus* running) {
  TableCell cell = plain(running ? QStringLiteral("● Running") : QStringLiteral("○ Stopped"));
  cell.glyph = running ? TargetState::Healthy : TargetState::Unused;
  return cell;
}

TableCell beyondCell(qsizetype switchesOn) {
  if (switchesOn == 0) return plain(QStringLiteral("–"));
  return {
      QStringLiteral("▲ not on AWS: %1").arg(switchesOn), QVariant(switchesOn), Severity::Warning, {}, false};
}

QString policyWords(const config::Listener& listener) {
  if (listener.protocol != config::Protocol::Https) return QStringLiteral("–");
  return str(listener.sslPolicy).remove(QStringLiteral("ELBSecurityPolicy-"));
}

TableRow rowOf(const config::LoadBalancer& balancer, const config::Listener& listener,
               const ListenerStatus* running, const observe::PartReading& part, double rate) {
  const bool isHttps = listener.protocol == config::Protocol::Https;
  const QStringList beyond = notOnAwsPills(balancer.beyondAlb);
  TableCell port = plain(QStringLiteral("%1:%2").arg(isHttps ? "HTTPS" : "HTTP").arg(listener.port));
  port.sortBy = listener.port;
  port.isFixed = true;
  TableCell perSecond = plain(rateText(rate));
  perSecond.sortBy = rate;
  TableRow row;
  row.key = listenerKey({balancer.name, config::effectiveName(listener)});
  row.cells = {stateCell(running),
               port,
               plain(str(config::effectiveName(listener))),
               plain(str(balancer.name)),
               plain(actionWords(listener)),
               count(listener.rules.size()),
               plain(certificateWords(listener)),
               count(static_cast<std::uint64_t>(std::max<std::int64_t>(part.activeStreams, 0))),
               count(part.requests),
               perSecond,
               count(part.errors, part.errors > 0 ? Severity::Bad : Severity::None),
               beyondCell(beyond.size()),
               plain(policyWords(listener))};
  row.tip = isHttps ? str(listener.sslPolicy) : QStringLiteral("Clear text");
  for (const QString& words : beyond)
    row.tip += QLatin1Char('\n') + words;
  return row;
}

}  // namespace

std::vector<TableColumn> listenerColumns() {
  return {{QStringLiteral("State"), 84},
          {QStringLiteral("Protocol:Port"), 100},
          {QStringLiteral("Name"), 92},
          {QStringLiteral("Load balancer"), 110},
          {QStringLiteral("Default action"), 172},
          {QStringLiteral("Rules"), 60, ColumnAlign::Right},
          {QStringLiteral("Certificate"), 128},
          {QStringLiteral("Streams"), 72, ColumnAlign::Right},
          {QStringLiteral("Requests"), 76, ColumnAlign::Right},
          {QStringLiteral("Req/s"), 58, ColumnAlign::Right},
          {QStringLiteral("Errors"), 60, ColumnAlign::Right},
          {QStringLiteral("Beyond ALB"), 112},
          {QStringLiteral("Security policy"), 120}};
}

std::vector<TableRow> listenerRows(const config::Document& document,
                                   const std::vector<ListenerStatus>& running,
                                   const observe::MetricsReading& metrics, const RecentReadings& recent) {
  std::vector<TableRow> rows;
  for (const auto& balancer : document.loadBalancers)
    for (const auto& listener : balancer.listeners) {
      const ListenerId id{balancer.name, config::effectiveName(listener)};
      const auto part = metrics.listeners.find(id);
      rows.push_back(rowOf(balancer, listener, findRunning(running, balancer.name, listener),
                           part == metrics.listeners.end() ? observe::PartReading{} : part->second,
                           recent.perSecond(id)));
    }
  return rows;
}

QString listenerKey(const ListenerId& id) {
  return QStringLiteral("%1/%2").arg(str(id.loadBalancer), str(id.listener));
}

config::Document withoutListener(config::Document document, const ListenerId& id) {
  for (auto& balancer : document.loadBalancers)
    if (balancer.name == id.loadBalancer)
      std::erase_if(balancer.listeners, [&](const config::Listener& listener) {
        return config::effectiveName(listener) == id.listener;
      });
  std::erase_if(document.loadBalancers, [&](const config::LoadBalancer& balancer) {
    return balancer.name == id.loadBalancer && balancer.listeners.empty();
  });
  return document;
}

}  // namespace spillway::ui
