// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/message_copies.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTimeZone>

#include "ui/models/words.h"
#include "ui/streams/hex_text.h"

namespace spillway::ui {

namespace {

using Message = MessagesToCopy::One;
using observe::Direction;

constexpr std::size_t kMostMessages = 1000;
constexpr std::uint64_t kMostBytes = 2 * 1024 * 1024;

QString timeOf(WallTime time) {
  const auto micros = time.time_since_epoch().count();
  return QDateTime::fromMSecsSinceEpoch(micros / 1000, QTimeZone::utc())
             .toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzz")) +
         QStringLiteral("%1Z").arg(micros % 1000, 3, 10, QLatin1Char('0'));
}

QString wayOf(const Message& message) {
  return message.bytes.direction == Direction::Request ? QStringLiteral("client → target")
                                                       : QStringLiteral("target → client");
}

QString titleOf(const Message& message) {
  return QStringLiteral("%1  %2  message %3, %4")
      .arg(timeOf(message.arrived), wayOf(message))
      .arg(message.number)
      .arg(bytesText(message.bytes.size));
}

/// A text as JSON has it, in quotes.
QString quoted(const QString& text) {
  const QByteArray list = QJsonDocument(QJsonArray{text}).toJson(QJsonDocument::Compact);
  return QString::fromUtf8(list.mid(1, list.size() - 2));
}

QString heldJson(const DecodedMessage& decoded) {
  if (!decoded.json.isEmpty()) return QStringLiteral("\"message\": ") + decoded.json;
  if (!decoded.text.isEmpty()) return QStringLiteral("\"text\": ") + quoted(decoded.text);
  const auto base64 = QByteArray::fromStdString(decoded.bytes).toBase64();
  return QStringLiteral("\"bytes\": \"%1\"").arg(QString::fromLatin1(base64));
}

QString jsonOf(const grpc::Schemas& schemas, const Message& message) {
  return QStringLiteral("{\"direction\": \"%1\", \"number\": %2, \"time\": \"%3\", \"size\": %4, ")
             .arg(message.bytes.direction == Direction::Request ? QStringLiteral("request")
                                                                : QStringLiteral("response"))
             .arg(message.number)
             .arg(timeOf(message.arrived))
             .arg(message.bytes.size) +
         heldJson(decode(schemas, message.bytes)) + QLatin1Char('}');
}

QString textOf(const grpc::Schemas& schemas, const Message& message, MessagesAs as) {
  const DecodedMessage decoded = decode(schemas, message.bytes);
  if (as == MessagesAs::Hex) return titleOf(message) + QLatin1Char('\n') + hexText(decoded.bytes);
  const QString words = decoded.json.isEmpty() ? decoded.text : decoded.json;
  const QString type = decoded.type.isEmpty() ? QString() : QStringLiteral(", ") + decoded.type;
  return titleOf(message) + type + QLatin1Char('\n') + (words.isEmpty() ? hexText(decoded.bytes) : words);
}

}  // namespace

MessagesToCopy messagesToCopy(const observe::CaptureView& view, const CallContext& call) {
  MessagesToCopy copies;
  std::uint64_t bytes = 0;
  for (const observe::CapturedMessage& message : view.messages()) {
    bytes += message.kept;
    if (copies.messages.size() >= kMostMessages || bytes > kMostBytes) break;
    copies.messages.push_back({bytesOf(view, message, call), message.number, message.arrived});
  }
  copies.leftOut = view.messages().size() - copies.messages.size();
  return copies;
}

QString messagesText(const grpc::Schemas& schemas, const MessagesToCopy& messages, MessagesAs as) {
  QStringList texts;
  for (const Message& message : messages.messages)
    texts << (as == MessagesAs::Json ? jsonOf(schemas, message) : textOf(schemas, message, as));
  if (as == MessagesAs::Json && messages.leftOut > 0)
    texts << QStringLiteral("{\"leftOut\": %1}").arg(messages.leftOut);
  if (as == MessagesAs::Json)
    return QStringLiteral("[\n") + texts.join(QStringLiteral(",\n")) + QStringLiteral("\n]");
  if (messages.leftOut > 0)
    texts << QStringLiteral("… and %1").arg(countOf(messages.leftOut, QStringLiteral("more message")));
  return texts.join(QStringLiteral("\n\n"));
}

std::string requestJson(const grpc::Schemas& schemas, const MessagesToCopy& messages) {
  if (messages.leftOut > 0) return {};
  QStringList texts;
  for (const Message& message : messages.messages) {
    if (message.bytes.direction != Direction::Request) continue;
    const QString json = decode(schemas, message.bytes).json;
    if (json.isEmpty()) return {};
    texts << json;
  }
  return texts.join(QLatin1Char('\n')).toStdString();
}

}  // namespace spillway::ui
