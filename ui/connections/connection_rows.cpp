// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/connections/connection_rows.h"

#include <algorithm>
#include <tuple>

#include "ui/models/words.h"

namespace spillway::ui {

namespace {

using observe::ConnectionSide;
using observe::ConnectionState;
using observe::ConnectionStatus;
using observe::EndedBy;

QString str(const std::string& text) {
  return QString::fromStdString(text);
}

TableCell text(const std::string& value) {
  return {value.empty() ? QStringLiteral("–") : str(value)};
}

TableCell number(std::uint64_t value, const QString& words) {
  return {words, QVariant::fromValue<qulonglong>(value)};
}

TableCell count(std::uint64_t value) {
  return number(value, countText(value));
}

TableCell stateCell(ConnectionState state) {
  using observe::TargetState;
  switch (state) {
    case ConnectionState::Opening:
      return {QStringLiteral("◌ Opening"), QStringLiteral("Opening"), {}, TargetState::Initial};
    case ConnectionState::Open:
      return {QStringLiteral("● Open"), QStringLiteral("Open"), {}, TargetState::Healthy};
    case ConnectionState::Draining:
      return {QStringLiteral("◐ Draining"), QStringLiteral("Draining"), {}, TargetState::Draining};
    case ConnectionState::Ended:
      break;
  }
  return {QStringLiteral("○ Ended"), QStringLiteral("Ended"), {}, TargetState::Unused};
}

TableCell tlsCell(const ConnectionStatus& connection) {
  if (!connection.hasTls) return {QStringLiteral("–")};
  return {connection.tlsProtocol.empty() ? QStringLiteral("not done") : str(connection.tlsProtocol)};
}

TableCell ageCell(const ConnectionStatus& connection, WallTime now) {
  const std::int64_t micros =
      std::max<std::int64_t>(0, (connection.ended.value_or(now) - connection.opened).count());
  const std::int64_t seconds = micros / 1'000'000;
  return number(static_cast<std::uint64_t>(micros),
                seconds < 60 ? QStringLiteral("%1 s").arg(seconds) : durationText(micros));
}

TableCell rttCell(std::int64_t micros) {
  return {micros < 0 ? QStringLiteral("–") : durationText(micros), QVariant::fromValue<qlonglong>(micros)};
}

TableCell goawayCell(const ConnectionStatus& connection) {
  if (connection.goawaySent && connection.goawayReceived) return {QStringLiteral("both")};
  if (connection.goawaySent) return {QStringLiteral("sent")};
  return {connection.goawayReceived ? QStringLiteral("received") : QStringLiteral("–")};
}

QString endWords(const ConnectionStatus& connection) {
  if (!connection.ended) return QStringLiteral("–");
  const QString by = connection.endedBy == EndedBy::Balancer ? QStringLiteral("balancer")
                     : connection.endedBy == EndedBy::Client ? QStringLiteral("client")
                                                             : QStringLiteral("target");
  return connection.endedBecause.empty() ? by
                                         : QStringLiteral("%1: %2").arg(by, str(connection.endedBecause));
}

QString tipOf(const ConnectionStatus& connection) {
  QStringList lines{QStringLiteral("Opened %1").arg(dateTimeText(connection.opened))};
  if (!connection.tlsCipher.empty())
    lines.push_back(QStringLiteral("Cipher %1").arg(str(connection.tlsCipher)));
  if (connection.ended) {
    lines.push_back(QStringLiteral("Ended %1").arg(dateTimeText(*connection.ended)));
    lines.push_back(QStringLiteral("Closed by the %1").arg(endWords(connection)));
  }
  return lines.join(QLatin1Char('\n'));
}

}  // namespace

std::vector<TableColumn> connectionColumns() {
  using enum ColumnAlign;
  return {{QStringLiteral("Side"), 66},
          {QStringLiteral("Peer"), 142},
          {QStringLiteral("Listener / target group"), 168},
          {QStringLiteral("State"), 92},
          {QStringLiteral("Protocol"), 78},
          {QStringLiteral("TLS"), 70},
          {QStringLiteral("ALPN"), 70},
          {QStringLiteral("SNI"), 100},
          {QStringLiteral("Age"), 92, Right},
          {QStringLiteral("Open"), 60, Right},
          {QStringLiteral("Streams"), 78, Right},
          {QStringLiteral("In"), 76, Right},
          {QStringLiteral("Out"), 76, Right},
          {QStringLiteral("RTT"), 72, Right},
          {QStringLiteral("PINGs"), 64, Right},
          {QStringLiteral("GOAWAY"), 76},
          {QStringLiteral("Closed by"), 260}};
}

TableRow connectionRow(const ConnectionStatus& connection, WallTime now) {
  const bool isClient = connection.side == ConnectionSide::Client;
  TableRow row;
  row.key = QString::number(connection.id);
  TableCell peer = text(connection.peer);
  peer.isFixed = true;
  row.cells = {
      {isClient ? QStringLiteral("Client") : QStringLiteral("Target")},
      peer,
      text(isClient ? connection.loadBalancer + " / " + connection.listener : connection.targetGroup),
      stateCell(connection.state),
      text(connection.protocol),
      tlsCell(connection),
      text(connection.alpn),
      text(connection.sni),
      ageCell(connection, now),
      count(connection.openStreams),
      count(connection.streams),
      number(connection.receivedBytes, bytesText(connection.receivedBytes)),
      number(connection.sentBytes, bytesText(connection.sentBytes)),
      rttCell(connection.rttMicros),
      count(connection.pings),
      goawayCell(connection),
      {endWords(connection)}};
  row.tip = tipOf(connection);
  return row;
}

void sortConnections(Statuses& connections) {
  const auto rank = [](const ConnectionStatus& c) {
    // What has ended stands in the order of its end, the newest first.
    const std::int64_t ended = c.ended ? c.ended->time_since_epoch().count() : 0;
    return std::tuple(c.state == ConnectionState::Ended, -ended, -static_cast<std::int64_t>(c.streams), c.id);
  };
  std::ranges::sort(connections, [&](const auto& a, const auto& b) { return rank(*a) < rank(*b); });
}

QString requestsOfClient(const QString& peer) {
  const qsizetype colon = peer.lastIndexOf(QLatin1Char(':'));
  QString ip = peer.left(colon);
  ip.remove(QLatin1Char('[')).remove(QLatin1Char(']'));
  return QStringLiteral("client = \"%1\" and client.port = %2").arg(ip, peer.mid(colon + 1));
}

QString requestsOf(const ConnectionStatus& connection) {
  const QString peer = str(connection.peer);
  return connection.side == ConnectionSide::Client ? requestsOfClient(peer)
                                                   : QStringLiteral("target = \"%1\"").arg(peer);
}

}  // namespace spillway::ui
