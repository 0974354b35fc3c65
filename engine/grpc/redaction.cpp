// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/redaction.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"
#include "engine/config/model.h"
#include "engine/grpc/any_type.h"
#include "engine/grpc/field_list.h"
#include "engine/grpc/field_text.h"

namespace spillway::grpc {
namespace {

namespace pb = google::protobuf;
using Json = nlohmann::ordered_json;

bool isUpper(char c) {
  return c >= 'A' && c <= 'Z';
}

/// "accessToken", "Access-Token" and "access_token" as "access_token".
std::string words(std::string_view name) {
  std::string joined;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool isHump = isUpper(name[i]) && i > 0 && !isUpper(name[i - 1]);
    const bool isBorder = !isAlphanumeric(name[i]);
    if ((isHump || isBorder) && !joined.empty() && joined.back() != '_') joined += '_';
    if (!isBorder) joined += lowerCase(name[i]);
  }
  while (joined.ends_with('_'))
    joined.pop_back();
  return joined;
}

/// Types whose value repeats their children.
bool repeatsChildren(const FieldNode& node) {
  return node.type == "google.protobuf.Struct" || node.type == "google.protobuf.Value" ||
         node.type == "google.protobuf.ListValue";
}

bool isAny(const pb::Descriptor& type) {
  return type.well_known_type() == pb::Descriptor::WELLKNOWNTYPE_ANY;
}

void hide(FieldNode& node) {
  node.value = kRedacted;
  node.children.clear();
  node.left = 0;
}

void redactValues(Json& json, const Redaction& redaction) {
  if (json.is_array()) {
    for (auto& element : json)
      redactValues(element, redaction);
  } else if (json.is_object()) {
    for (auto& [name, value] : json.items()) {
      if (redaction.covers(name)) {
        value = kRedacted;
      } else {
        redactValues(value, redaction);
      }
    }
  }
}

/// Overwrites values where they lie, in such a way that the bytes stay a message of their type.
class Eraser {
 public:
  Eraser(const Schemas& schemas, const Redaction& redaction, std::span<std::uint8_t> message)
      : schemas_(schemas), redaction_(redaction), message_(message) {}

  void walk(const pb::Descriptor& type, ByteRange range, bool isCovered, int depth) {
    if (depth > kDeepestMessage) return;
    isCovered = isCovered || keyIsCovered(type, range);
    for (std::size_t at = range.begin; at < range.end;) {
      const auto wire = readField(Bytes(message_).first(range.end), at);
      if (!wire) {
        eraseRest(type, {at, range.end}, isCovered, depth);
        break;
      }
      at = wire->range.end;
      const auto* field = FieldList::find(type, wire->number);
      const bool isKey = field && type.map_key() == field;
      const bool isSecret = !isKey && (isCovered || (field && redaction_.covers(field->name())));
      if (field && field->message_type() && wire->type == wireTypeOf(*field)) {
        walk(*field->message_type(), wire->value, isSecret, depth + 1);
      } else if (isSecret) {
        blank(field, *wire);
      }
    }
    if (isAny(type)) walkAny(type, range, isCovered, depth);
  }

 private:
  /// A field that its bytes do not fill: the message was cut in it, or it is broken.
  void eraseRest(const pb::Descriptor& type, ByteRange rest, bool isCovered, int depth) {
    const Bytes bytes = Bytes(message_).first(rest.end);
    const auto tag = readVarint(bytes, rest.begin);
    const auto* field = tag ? FieldList::find(type, static_cast<std::uint32_t>(tag->value >> 3)) : nullptr;
    const bool isSecret = isCovered || isAny(type) || (field && redaction_.covers(field->name()));
    if (isSecret) {
      std::ranges::fill(message_.subspan(rest.begin, rest.end - rest.begin), std::uint8_t{0});
    } else if (field && field->message_type() && wireTypeOf(*field) == WireType::LengthDelimited) {
      const auto length = readVarint(bytes, tag->end);
      if (length) walk(*field->message_type(), {length->end, rest.end}, false, depth + 1);
    }
  }

  bool keyIsCovered(const pb::Descriptor& type, ByteRange entry) const {
    if (!type.map_key()) return false;
    for (std::size_t at = entry.begin; at < entry.end;) {
      const auto wire = readField(Bytes(message_).first(entry.end), at);
      if (!wire) return false;
      at = wire->range.end;
      if (wire->number == 1 && redaction_.covers(textOf(wire->value.of(message_)))) return true;
    }
    return false;
  }

  void walkAny(const pb::Descriptor& type, ByteRange any, bool isCovered, int depth) {
    const AnyParts parts = anyParts(message_, any);
    const auto* inner = findType(schemas_, *type.file()->pool(), parts.typeName);
    if (inner) walk(*inner, parts.value, isCovered, depth + 1);
  }

  void blank(const pb::FieldDescriptor* field, const WireField& wire) {
    const auto bytes = message_.subspan(wire.value.begin, wire.value.size());
    const bool isPacked = field && field->is_packable() && wire.type == WireType::LengthDelimited;
    const bool isVarints = isPacked ? wireTypeOf(*field) == WireType::Varint : wire.type == WireType::Varint;
    const bool isText = wire.type == WireType::LengthDelimited && !isPacked;
    for (std::uint8_t& byte : bytes) {
      // A varint's upper bit says that it goes on.
      byte = isVarints ? byte & 0x80 : isText ? '*' : 0;
    }
  }

  const Schemas& schemas_;
  const Redaction& redaction_;
  const std::span<std::uint8_t> message_;
};

}  // namespace

std::vector<std::string> Redaction::defaultNames() {
  return config::Capture().redactedFields;
}

Redaction::Redaction(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (auto joined = words(name); !joined.empty()) names_.insert(std::move(joined));
  }
}

bool Redaction::covers(std::string_view name) const {
  const std::string joined = words(name);
  return std::ranges::any_of(names_, [&joined](const std::string& secret) {
    if (!joined.ends_with(secret)) return false;
    return joined.size() == secret.size() || joined[joined.size() - secret.size() - 1] == '_';
  });
}

void Redaction::redact(DecodedMessage& message) const {
  redactNodes(message.fields);
}

bool Redaction::redactNodes(std::vector<FieldNode>& nodes) const {
  bool isAnyHidden = false;
  for (FieldNode& node : nodes) {
    const bool isThere = !node.range.empty();
    if (isThere && covers(node.name)) {
      hide(node);
      isAnyHidden = true;
    } else if (redactNodes(node.children)) {
      isAnyHidden = true;
      if (repeatsChildren(node)) node.value.clear();
    }
  }
  return isAnyHidden;
}

Result<std::string> Redaction::redactJson(std::string_view json) const {
  Json parsed = Json::parse(json, nullptr, false);
  if (parsed.is_discarded()) return failure(Error{ErrorCode::Invalid, Side::Balancer, "the text is no JSON"});
  redactValues(parsed, *this);
  return parsed.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

http::Headers Redaction::redactHeaders(const http::Headers& headers) const {
  http::Headers redacted;
  for (std::size_t i = 0; i < headers.count(); ++i) {
    const auto field = headers.at(i);
    redacted.add(field.name, covers(field.name) ? kRedacted : field.value);
  }
  return redacted;
}

void Redaction::redactBytes(const Schemas& schemas, const MessageType& type,
                            std::span<std::uint8_t> message) const {
  Eraser(schemas, *this, message).walk(type.descriptor(), {0, message.size()}, false, 0);
}

}  // namespace spillway::grpc
