// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/code_words.h"

#include <QStringList>

#include "engine/observe/events.h"

namespace spillway::ui {

namespace {

constexpr std::uint32_t kLastNamedGrpcCode = 16;

QString httpWord(std::uint32_t code) {
  switch (code) {
    case 200:
      return QStringLiteral("OK");
    case 204:
      return QStringLiteral("No Content");
    case 301:
      return QStringLiteral("Moved Permanently");
    case 302:
      return QStringLiteral("Found");
    case 401:
      return QStringLiteral("Unauthorized");
    case 403:
      return QStringLiteral("Forbidden");
    case 404:
      return QStringLiteral("Not Found");
    default:
      return {};
  }
}

QString codeName(bool isGrpc, std::uint32_t code) {
  QString word = isGrpc ? QString() : httpWord(code);
  if (isGrpc && code <= kLastNamedGrpcCode) word = QString::fromUtf8(observe::grpcStatusName(code));
  return word.isEmpty() ? QString::number(code) : QStringLiteral("%1 %2").arg(code).arg(word);
}

QString meaningOf(bool isGrpc, const QString& codes) {
  if (isGrpc && codes == "12") return QStringLiteral("means: the server is up and answers gRPC");
  if (isGrpc && codes == "0") return QStringLiteral("means: the called method itself says OK");
  if (isGrpc && codes == "0-99") return QStringLiteral("means: any gRPC answer will do");
  if (!isGrpc && codes == "200") return QStringLiteral("means: the path answers as it should");
  return QStringLiteral("count as healthy");
}

}  // namespace

CodeWords describeCodes(config::ProtocolVersion version, const QString& codes) {
  const bool isGrpc = version == config::ProtocolVersion::Grpc;
  QStringList names;
  for (const QString& part : codes.split(',')) {
    const QStringList ends = part.split('-');
    bool hasFirst = false, hasLast = false;
    const std::uint32_t first = ends.front().trimmed().toUInt(&hasFirst);
    const std::uint32_t last = ends.back().trimmed().toUInt(&hasLast);
    if (!hasFirst || !hasLast || ends.size() > 2 || last < first) return {};
    names +=
        ends.size() == 1 ? codeName(isGrpc, first) : QStringLiteral("all from %1 to %2").arg(first).arg(last);
  }
  return {names.join(QStringLiteral(" · ")), meaningOf(isGrpc, codes.trimmed())};
}

}  // namespace spillway::ui
