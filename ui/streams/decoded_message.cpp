// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/decoded_message.h"

#include "engine/grpc/message_decoder.h"
#include "engine/grpc/message_frame.h"
#include "engine/grpc/message_json.h"
#include "engine/grpc/redaction.h"
#include "engine/grpc/wire_tree.h"
#include "ui/models/words.h"

namespace spillway::ui {

namespace {

constexpr std::size_t kPreviewValues = 4;

QString toQt(const std::string& text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
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
  auto opened = grpc::openMessage(grpc::bytesOf(message.payload), message.encoding);
  if (!opened) return toQt(opened.error().detail);
  bytes = std::move(*opened);
  return {};
}

std::optional<grpc::Schemas::Found> methodOf(const grpc::Schemas& schemas, const MessageBytes& message) {
  return schemas.method(message.path);
}

grpc::MessageType typeOf(const grpc::Method& method, observe::Direction direction) {
  return direction == observe::Direction::Request ? method.request : method.response;
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

void addFields(DecodedMessage& result, const grpc::Schemas& schemas, const grpc::MessageType& type) {
  grpc::DecodedMessage decoded = grpc::decodeMessage(schemas, type, grpc::bytesOf(result.bytes));
  grpc::Redaction().redact(decoded);
  result.type = toQt(decoded.type);
  for (const grpc::FieldNode& field : decoded.fields)
    result.fields.push_back(nodeOf(field));
  if (decoded.left > 0) result.fields.push_back({leftWords(decoded.left), {}, {}, {}, true});
  if (decoded.misfit && result.problem.isEmpty())
    result.problem = QStringLiteral("It does not fit %1: %2.").arg(result.type, toQt(decoded.misfit->text()));
  auto json = grpc::messageJson(schemas, type, grpc::bytesOf(result.bytes));
  if (json) json = grpc::Redaction().redactJson(*json);
  (json ? result.json : result.jsonProblem) = toQt(json ? *json : json.error().detail);
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

std::string encodingOf(const observe::CaptureView& view, observe::Direction direction) {
  for (const observe::CapturedFields& fields : view.fields()) {
    if (fields.kind != observe::CapturedKind::Head || fields.direction != direction) continue;
    for (const auto& [name, value] : *fields.fields) {
      if (name == "grpc-encoding") return value;
    }
  }
  return {};
}

DecodedMessage decode(const grpc::Schemas& schemas, const MessageBytes& message) {
  DecodedMessage result;
  result.problem = open(message, result.bytes);
  addWire(result);
  if (const auto found = methodOf(schemas, message)) {
    result.origin = toQt(found->origin);
    addFields(result, schemas, typeOf(found->method, message.direction));
  }
  return result;
}

QString messagePreview(const grpc::Schemas& schemas, const MessageBytes& message) {
  const auto found = methodOf(schemas, message);
  std::string bytes;
  if (!found || !open(message, bytes).isEmpty()) return {};
  grpc::DecodedMessage decoded = grpc::decodeMessage(schemas, typeOf(found->method, message.direction),
                                                     grpc::bytesOf(bytes), {.nodes = 40, .textBytes = 80});
  grpc::Redaction().redact(decoded);
  QStringList values;
  collectValues(decoded.fields, values);
  return values.isEmpty() ? QStringLiteral("(all default)") : values.join(QStringLiteral(" · "));
}

}  // namespace spillway::ui
