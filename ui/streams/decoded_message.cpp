// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/decoded_message.h"

#include <QJsonDocument>
#include <QStringDecoder>
#include <algorithm>

#include "engine/grpc/message_decoder.h"
#include "engine/grpc/message_frame.h"
#include "engine/grpc/message_json.h"
#include "engine/grpc/redaction.h"
#include "engine/grpc/wire_tree.h"
#include "ui/models/words.h"

namespace spillway::ui {

namespace {

constexpr std::size_t kPreviewValues = 4, kPreviewBytes = 1024;
constexpr int kPreviewLetters = 200;

QString toQt(const std::string& text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// The encoding that a direction's head names; "" for none.
std::string encodingOf(const observe::CaptureView& view, observe::Direction direction) {
  const char* field = view.kind() == observe::ContentKind::Grpc ? "grpc-encoding" : "content-encoding";
  for (const observe::CapturedFields& fields : view.fields()) {
    if (fields.kind != observe::CapturedKind::Head || fields.direction != direction) continue;
    for (const auto& [name, value] : *fields.fields) {
      if (name == field && value != "identity") return value;
    }
  }
  return {};
}

/// Bytes as text, JSON in lines; empty: they are no text.
QString textOf(const std::string& bytes) {
  const QByteArray raw = QByteArray::fromStdString(bytes);
  const QJsonDocument json = QJsonDocument::fromJson(raw);
  if (!json.isNull()) return QString::fromUtf8(json.toJson(QJsonDocument::Indented)).trimmed();
  const bool isBinary = std::ranges::any_of(bytes, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
  QStringDecoder decoder(QStringDecoder::Utf8);
  const QString text = decoder(raw);
  return isBinary || decoder.hasError() ? QString() : text;
}

QString leftWords(std::size_t left) {
  return QStringLiteral("… and %1").arg(countOf(left, QStringLiteral("more field")));
}

QString presenceWords(grpc::Presence presence) {
  switch (presence) {
    case grpc::Presence::Set:
      break;
    case grpc::Presence::Default:
      return QStringLiteral("default, absent");
    case grpc::Presence::NotSet:
      return QStringLiteral("not set");
    case grpc::Presence::Missing:
      return QStringLiteral("required, but missing");
    case grpc::Presence::Replaced:
      return QStringLiteral("replaced by a later one");
    case grpc::Presence::Unknown:
      return QStringLiteral("not in the schema");
  }
  return {};
}

MessageNode nodeOf(const grpc::FieldNode& from) {
  MessageNode node;
  node.field =
      from.number == 0 ? toQt(from.name) : QStringLiteral("%1 %2").arg(from.number).arg(toQt(from.name));
  node.value = toQt(from.value);
  node.type = toQt(from.type);
  node.note = toQt(from.problem);
  if (node.note.isEmpty()) node.note = presenceWords(from.presence);
  if (node.note.isEmpty() && !from.oneof.empty()) node.note = QStringLiteral("oneof ") + toQt(from.oneof);
  node.isMuted = from.presence == grpc::Presence::Default || from.presence == grpc::Presence::NotSet;
  node.isWrong = !from.problem.empty() || from.presence == grpc::Presence::Missing;
  node.begin = from.range.begin;
  node.end = from.range.end;
  for (const grpc::FieldNode& child : from.children)
    node.children.push_back(nodeOf(child));
  if (from.left > 0) node.children.push_back({leftWords(from.left), {}, {}, {}, true});
  return node;
}

MessageNode nodeOf(const grpc::WireNode& from) {
  MessageNode node;
  const std::string_view type = grpc::nameOf(from.type);
  node.field = QString::number(from.number);
  node.type = QString::fromUtf8(type.data(), static_cast<qsizetype>(type.size()));
  node.begin = from.range.begin;
  node.end = from.range.end;
  if (!from.readings.empty()) {
    node.value = toQt(from.readings.front().text);
    node.note = toQt(from.readings.front().kind);
  }
  for (std::size_t i = 1; i < from.readings.size(); ++i) {
    MessageNode other{
        QStringLiteral("or"), toQt(from.readings[i].text), {}, toQt(from.readings[i].kind), true};
    other.begin = from.value.begin;
    other.end = from.value.end;
    node.children.push_back(std::move(other));
  }
  for (const grpc::WireNode& child : from.children)
    node.children.push_back(nodeOf(child));
  if (from.left > 0) node.children.push_back({leftWords(from.left), {}, {}, {}, true});
  return node;
}

/// Opens what is compressed; the words of what is in the way.
QString open(const MessageBytes& message, std::string& bytes) {
  bytes = message.payload;
  if (message.payload.size() < message.size) {
    return QStringLiteral("Only the first %1 of %2 were kept: the rest was cut.")
        .arg(bytesText(message.payload.size()), bytesText(message.size));
  }
  if (!message.isCompressed) return {};
  if (message.kind == observe::ContentKind::WebSocket)
    return QStringLiteral("Compressed by permessage-deflate: shown as it lies on the wire.");
  auto opened = grpc::openMessage(grpc::bytesOf(message.payload), message.encoding);
  if (!opened) return toQt(opened.error().detail);
  bytes = std::move(*opened);
  return {};
}

/// A message's type, and whose word that is.
struct KnownType {
  grpc::MessageType type;
  std::string origin;
};

std::optional<KnownType> typeOf(const grpc::Schemas& schemas, const MessageBytes& message) {
  if (!message.typeName.empty()) {
    auto type = schemas.message(message.typeName);
    return type ? std::optional(KnownType{std::move(*type), "gRPC itself"}) : std::nullopt;
  }
  auto found = schemas.method(message.call.path);
  if (!found) return std::nullopt;
  const bool isRequest = message.direction == observe::Direction::Request;
  return KnownType{isRequest ? found->method.request : found->method.response, found->origin};
}

const grpc::Redaction& redactionOf(const MessageBytes& message) {
  static const grpc::Redaction usual;
  return message.call.redaction ? *message.call.redaction : usual;
}

void addWire(DecodedMessage& result) {
  const grpc::WireTree wire = grpc::readWireTree(grpc::bytesOf(result.bytes));
  for (const grpc::WireNode& node : wire.fields)
    result.wire.push_back(nodeOf(node));
  if (wire.left > 0) result.wire.push_back({leftWords(wire.left), {}, {}, {}, true});
  if (!wire.problem) return;
  MessageNode end{QStringLiteral("byte %1").arg(wire.problem->at), toQt(wire.problem->reason)};
  end.isWrong = true;
  end.begin = wire.problem->at;
  end.end = result.bytes.size();
  result.wire.push_back(std::move(end));
}

void addFields(DecodedMessage& result, const grpc::Schemas& schemas, const grpc::MessageType& type,
               const grpc::Redaction& redaction) {
  grpc::DecodedMessage decoded = grpc::decodeMessage(schemas, type, grpc::bytesOf(result.bytes));
  redaction.redact(decoded);
  result.type = toQt(decoded.type);
  for (const grpc::FieldNode& field : decoded.fields)
    result.fields.push_back(nodeOf(field));
  if (decoded.left > 0) result.fields.push_back({leftWords(decoded.left), {}, {}, {}, true});
  if (decoded.misfit && result.problem.isEmpty())
    result.problem = QStringLiteral("It does not fit %1: %2.").arg(result.type, toQt(decoded.misfit->text()));
  auto json = grpc::messageJson(schemas, type, grpc::bytesOf(result.bytes));
  if (json) json = redaction.redactJson(*json);
  (json ? result.json : result.jsonProblem) = toQt(json ? *json : json.error().detail);
}

/// What a recording would not store is in none of the views either.
void hideBytes(std::string& bytes, const grpc::Schemas& schemas, const grpc::MessageType& type,
               const grpc::Redaction& redaction) {
  redaction.redactBytes(schemas, type, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
}

void collectValues(const std::vector<grpc::FieldNode>& nodes, QStringList& values) {
  for (const grpc::FieldNode& node : nodes) {
    if (static_cast<std::size_t>(values.size()) >= kPreviewValues) return;
    if (node.presence != grpc::Presence::Set) continue;
    if (!node.value.empty()) values << toQt(node.value);
    if (node.value.empty()) collectValues(node.children, values);
  }
}

}  // namespace

MessageBytes bytesOf(const observe::CaptureView& view, const observe::CapturedMessage& message,
                     const CallContext& call) {
  MessageBytes bytes{call, message.direction, view.payload(message), message.size, message.compressed};
  bytes.kind = view.kind();
  bytes.opcode = message.opcode;
  bytes.encoding = encodingOf(view, message.direction);
  if (view.kind() == observe::ContentKind::Http) bytes.isCompressed = !bytes.encoding.empty();
  return bytes;
}

DecodedMessage decode(const grpc::Schemas& schemas, const MessageBytes& message) {
  DecodedMessage result;
  result.problem = open(message, result.bytes);
  if (message.kind != observe::ContentKind::Grpc) {
    result.text = textOf(result.bytes);
    return result;
  }
  const bool isOpen = !message.isCompressed || result.problem.isEmpty();
  if (const auto known = typeOf(schemas, message)) {
    result.origin = toQt(known->origin);
    addFields(result, schemas, known->type, redactionOf(message));
    if (isOpen) hideBytes(result.bytes, schemas, known->type, redactionOf(message));
  }
  addWire(result);
  return result;
}

QString messagePreview(const grpc::Schemas& schemas, const MessageBytes& message) {
  std::string bytes;
  const QString problem = open(message, bytes);
  if (message.kind != observe::ContentKind::Grpc)
    return textOf(bytes.substr(0, kPreviewBytes)).simplified().left(kPreviewLetters);
  const auto known = typeOf(schemas, message);
  if (!known || !problem.isEmpty()) return {};
  grpc::DecodedMessage decoded =
      grpc::decodeMessage(schemas, known->type, grpc::bytesOf(bytes), {.nodes = 40, .textBytes = 80});
  redactionOf(message).redact(decoded);
  QStringList values;
  collectValues(decoded.fields, values);
  return values.isEmpty() ? QStringLiteral("(all default)") : values.join(QStringLiteral(" · "));
}

}  // namespace spillway::ui
