// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/target_text.h"

#include <QRegularExpression>
#include <QStringList>

namespace spillway::ui {

namespace {

constexpr std::uint32_t kHighestPort = 65535;
constexpr std::uint32_t kMostAtOnce = 100;

struct Piece {
  QString host, ports;
};

/// Splits "host:ports"; a bare IPv6 address has no ports.
std::optional<Piece> split(const QString& text) {
  static const QRegularExpression bracketed("^\\[([^\\]]+)\\](?::(.*))?$");
  if (const auto match = bracketed.match(text); match.hasMatch())
    return Piece{match.captured(1), match.captured(2)};
  if (text.contains('[') || text.contains(']') || text.contains('/')) return std::nullopt;
  if (text.count(':') > 1) return Piece{text, {}};
  const qsizetype colon = text.indexOf(':');
  if (colon < 0) return Piece{text, {}};
  if (colon == 0 || colon + 1 == text.size()) return std::nullopt;
  return Piece{text.left(colon), text.mid(colon + 1)};
}

std::optional<std::uint32_t> port(const QString& text) {
  bool isNumber = false;
  const std::uint32_t value = text.toUInt(&isNumber);
  if (!isNumber || value < 1 || value > kHighestPort) return std::nullopt;
  return value;
}

struct Ports {
  std::uint32_t first = 0, last = 0;
};

QString readPorts(const QString& text, Ports& ports) {
  const QStringList ends = text.split('-');
  const auto first = port(ends.front());
  const auto last = port(ends.back());
  if (ends.size() > 2 || !first || !last)
    return QStringLiteral("“%1” is no port. A port is 1-65535, a range is like 50061-50063.").arg(text);
  if (*last < *first) return QStringLiteral("The range %1 ends before it begins.").arg(text);
  if (*last - *first >= kMostAtOnce)
    return QStringLiteral("The range %1 is longer than %2 ports.").arg(text).arg(kMostAtOnce);
  ports = {*first, *last};
  return {};
}

}  // namespace

TargetText parseTargets(const QString& text, std::optional<std::uint32_t> defaultPort) {
  static const QRegularExpression between("[,;\\s]+");
  TargetText result;
  for (const QString& word : text.split(between, Qt::SkipEmptyParts)) {
    const auto piece = split(word);
    Ports ports{defaultPort.value_or(0), defaultPort.value_or(0)};
    QString problem;
    if (!piece)
      problem = QStringLiteral("“%1” is no address. Write host, host:port or host:50061-50063.").arg(word);
    else if (!piece->ports.isEmpty())
      problem = readPorts(piece->ports, ports);
    else if (!defaultPort)
      problem = QStringLiteral("“%1” has no port. Write %1:50061.").arg(word);
    if (!problem.isEmpty()) {
      if (result.problem.isEmpty()) result.problem = problem;
      continue;
    }
    for (std::uint32_t number = ports.first; number <= ports.last; ++number)
      result.targets.push_back({piece->host.toStdString(), number});
  }
  return result;
}

}  // namespace spillway::ui
