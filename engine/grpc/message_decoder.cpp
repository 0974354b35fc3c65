// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/message_decoder.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "engine/base/base64url.h"
#include "engine/grpc/any_type.h"
#include "engine/grpc/field_list.h"
#include "engine/grpc/field_text.h"
#include "engine/grpc/schema_files.h"
#include "engine/grpc/value_text.h"

namespace spillway::grpc {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

/// Reads one message, outer fields before inner ones, in the order of its bytes.
class Decoder {
 public:
  Decoder(const Schemas& schemas, Bytes message, const TreeLimits& limits)
      : schemas_(schemas), message_(message), limits_(limits), nodesLeft_(limits.nodes) {}

  DecodedMessage decode(const MessageType& type) {
    FieldNode root;
    readMessage(root, type.descriptor(), {0, message_.size()}, -1);
    DecodedMessage decoded;
    decoded.type = type.name();
    decoded.value = std::move(root.value);
    decoded.fields = std::move(root.children);
    decoded.left = root.left;
    decoded.misfit = std::move(misfit_);
    decoded.isReadable = isReadable_;
    return decoded;
  }

 private:
  enum class Severity : std::uint8_t { Odd, Broken };

  void readFields(const pb::Descriptor& type, ByteRange range, int depth, std::vector<FieldNode>& to,
                  std::size_t& left) {
    FieldList list(type);
    for (std::size_t at = range.begin; at < range.end;) {
      const auto field = readField(message_.first(range.end), at);
      if (!field) {
        addRest(type, list, {at, range.end}, field.error());
        break;
      }
      at = field->range.end;
      if (nodesLeft_ == 0) {
        ++left;
      } else {
        addField(type, list, *field, depth);
      }
    }
    const auto required = list.arrange(nodesLeft_, to);
    if (required) tell(range.end, required->number(), Severity::Odd, "it is required, but not there");
  }

  void addField(const pb::Descriptor& type, FieldList& list, const WireField& wire, int depth) {
    const Field* field = FieldList::find(type, wire.number);
    if (!field) {
      --nodesLeft_;
      list.addUnknown(unknown(wire));
      return;
    }
    const bool isPacked = field->is_packable() && wire.type == WireType::LengthDelimited;
    if (wire.type != wireTypeOf(*field) && !isPacked) {
      --nodesLeft_;
      list.addUnknown(otherThanSaid(*field, wire));
      return;
    }
    path_.push_back(field->name());
    if (isPacked) {
      addPacked(*field, list, wire);
    } else {
      --nodesLeft_;
      list.add(*field, field->is_map() ? mapEntry(*field, wire, depth) : single(*field, wire, depth));
    }
    path_.pop_back();
  }

  static FieldNode nodeOf(const Field& field, ByteRange range) {
    FieldNode node;
    node.number = static_cast<std::uint32_t>(field.number());
    node.name = FieldList::nameOf(field);
    node.type = elementTypeText(field);
    if (const auto* oneof = field.real_containing_oneof()) node.oneof = oneof->name();
    node.range = range;
    return node;
  }

  FieldNode single(const Field& field, const WireField& wire, int depth) {
    FieldNode node = nodeOf(field, wire.range);
    const Bytes value = wire.value.of(message_);
    switch (field.type()) {
      case Field::TYPE_STRING:
        node.value = quotedText(textOf(value), limits_.textBytes);
        // proto2 allows any bytes, and so do its readers.
        if (field.file()->syntax() == pb::FileDescriptor::SYNTAX_PROTO3 && !isUtf8(textOf(value))) {
          node.problem = "the string is no UTF-8";
          tell(wire.value.begin, field.number(), Severity::Broken, node.problem);
        }
        break;
      case Field::TYPE_BYTES:
        node.value = hexText(value, limits_.textBytes / 4);
        break;
      case Field::TYPE_MESSAGE:
      case Field::TYPE_GROUP:
        readMessage(node, *field.message_type(), wire.value, depth);
        break;
      default:
        node.value = scalarText(field, wire.scalar);
    }
    return node;
  }

  void readMessage(FieldNode& node, const pb::Descriptor& type, ByteRange value, int depth) {
    if (depth >= std::min(limits_.depth, kDeepestMessage)) {
      node.problem = fmt::format("messages lie more than {} deep: not looked into", depth);
      node.left = 1;
      if (depth >= kDeepestMessage) tell(value.begin, 0, Severity::Broken, node.problem);
      return;
    }
    readFields(type, value, depth + 1, node.children, node.left);
    if (type.well_known_type() == pb::Descriptor::WELLKNOWNTYPE_ANY) {
      readAny(node, type, value, depth);
    } else if (auto text = wellKnownText(type, value.of(message_), limits_.textBytes)) {
      node.value = std::move(*text);
    }
  }

  void readAny(FieldNode& node, const pb::Descriptor& type, ByteRange value, int depth) {
    const AnyParts parts = anyParts(message_, value);
    if (parts.typeName.empty()) return;
    node.value = quotedText(parts.typeName, limits_.textBytes);
    const auto* inner = findType(schemas_, *type.file()->pool(), parts.typeName);
    const auto found = std::ranges::find_if(node.children, [&](const FieldNode& child) {
      return child.number == 2 && child.range.end == parts.value.end && child.presence == Presence::Set;
    });
    if (!inner) {
      node.value += " (no schema knows this type)";
    } else if (found != node.children.end()) {
      found->type = inner->full_name();
      found->value.clear();
      path_.push_back(found->name);
      readMessage(*found, *inner, parts.value, depth + 1);
      path_.pop_back();
    }
  }

  FieldNode mapEntry(const Field& field, const WireField& wire, int depth) {
    const pb::Descriptor& entry = *field.message_type();
    std::vector<FieldNode> parts;
    FieldNode node = nodeOf(field, wire.range);
    readFields(entry, wire.value, depth + 1, parts, node.left);
    node.name.clear();
    node.type = elementTypeText(*entry.map_value());
    for (FieldNode& part : parts) {
      if (part.presence == Presence::Unknown) {
        node.children.push_back(std::move(part));
      } else if (part.number == 1) {
        node.name = part.value;
      } else if (part.presence != Presence::Replaced) {
        node.value = std::move(part.value);
        node.problem = std::move(part.problem);
        node.left += part.left;
        std::ranges::move(part.children, std::back_inserter(node.children));
      }
    }
    return node;
  }

  void addPacked(const Field& field, FieldList& list, const WireField& wire) {
    const WireType type = wireTypeOf(field);
    const Bytes bytes = message_.first(wire.value.end);
    std::size_t left = 0;
    for (std::size_t at = wire.value.begin; at < wire.value.end;) {
      const auto element = readElement(bytes, at, type);
      if (!element) {
        tell(at, field.number(), Severity::Broken, element.error().reason);
        list.add(field, rest({at, wire.value.end}, element.error().reason));
        break;
      }
      if (nodesLeft_ == 0) {
        ++left;
      } else {
        --nodesLeft_;
        FieldNode node = nodeOf(field, {at, element->end});
        node.value = scalarText(field, element->value);
        list.add(field, std::move(node));
      }
      at = element->end;
    }
    list.addPacked(field, wire.range, left);
  }

  static Result<Varint, WireProblem> readElement(Bytes bytes, std::size_t at, WireType type) {
    if (type == WireType::Varint) return readVarint(bytes, at);
    const std::size_t size = type == WireType::Fixed32 ? 4 : 8;
    if (bytes.size() - at < size) {
      return failure(WireProblem{
          at, fmt::format("{} bytes belong to each element, {}", size, hereText(bytes.size() - at)), 0});
    }
    return Varint{readFixed(bytes.subspan(at, size)), at + size};
  }

  FieldNode unknown(const WireField& wire) const {
    FieldNode node;
    node.number = wire.number;
    node.type = nameOf(wire.type);
    node.presence = Presence::Unknown;
    node.range = wire.range;
    const bool isScalar = wire.type != WireType::LengthDelimited && wire.type != WireType::GroupStart;
    node.value =
        isScalar ? std::to_string(wire.scalar) : hexText(wire.value.of(message_), limits_.textBytes / 4);
    return node;
  }

  FieldNode otherThanSaid(const Field& field, const WireField& wire) {
    FieldNode node = unknown(wire);
    node.name = FieldList::nameOf(field);
    node.problem = fmt::format("the schema says {}, which is {} on the wire, but this is {}", typeText(field),
                               spillway::grpc::nameOf(wireTypeOf(field)), spillway::grpc::nameOf(wire.type));
    path_.push_back(field.name());
    tell(wire.range.begin, field.number(), Severity::Odd, node.problem);
    path_.pop_back();
    return node;
  }

  /// Bytes that nothing can be read from any more.
  FieldNode rest(ByteRange range, const std::string& problem) const {
    FieldNode node;
    node.type = "bytes";
    node.presence = Presence::Unknown;
    node.range = range;
    node.value = hexText(range.of(message_), limits_.textBytes / 4);
    node.problem = problem;
    return node;
  }

  void addRest(const pb::Descriptor& type, FieldList& list, ByteRange range, const WireProblem& problem) {
    FieldNode node = rest(range, problem.reason);
    node.number = problem.number;
    const Field* field = FieldList::find(type, problem.number);
    if (field) node.name = FieldList::nameOf(*field);
    const bool isNamed = field || (problem.number != 0 && !path_.empty());
    if (isNamed) path_.push_back(field ? field->name() : std::to_string(problem.number));
    tell(problem.at, static_cast<int>(problem.number), Severity::Broken, problem.reason);
    if (isNamed) path_.pop_back();
    list.addUnknown(std::move(node));
  }

  /// Keeps the first misfit: of this field, which the path ends with, or of no field (0).
  void tell(std::size_t at, int field, Severity severity, const std::string& reason) {
    if (severity == Severity::Broken) isReadable_ = false;
    if (misfit_) return;
    misfit_ = Misfit{at, static_cast<std::uint32_t>(field), fmt::format("{}", fmt::join(path_, ".")), reason};
  }

  const Schemas& schemas_;
  const Bytes message_;
  const TreeLimits& limits_;
  std::size_t nodesLeft_;
  std::vector<std::string> path_;  ///< names of the fields that lead to the one that is read
  std::optional<Misfit> misfit_;
  bool isReadable_ = true;
};

}  // namespace

std::string Misfit::text() const {
  const std::string place = fmt::format("at byte {}: {}", grouped(at), reason);
  const std::string named = field.empty() ? "" : fmt::format("'{}' ", field);
  if (number != 0) return fmt::format("field {} {}{}", number, named, place);
  return field.empty() ? place : fmt::format("in {}{}", named, place);
}

DecodedMessage decodeMessage(const Schemas& schemas, const MessageType& type, Bytes message,
                             const TreeLimits& limits) {
  return Decoder(schemas, message, limits).decode(type);
}

Result<StatusDetails> decodeStatusDetails(const Schemas& schemas, std::string_view field,
                                          const TreeLimits& limits) {
  // The same bits as base64url, but for two digits and the padding (RFC 4648 §4).
  std::string text(field.substr(0, field.find_last_not_of('=') + 1));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  auto bytes = fromBase64Url(text);
  if (!bytes || field.size() - text.size() > 2) {
    return failure(Error{ErrorCode::Invalid, Side::Target, "grpc-status-details-bin is no base64"});
  }
  const auto type = builtInSchema()->message("google.rpc.Status");
  DecodedMessage decoded = decodeMessage(schemas, *type, bytesOf(*bytes), limits);
  return StatusDetails{std::move(*bytes), std::move(decoded)};
}

}  // namespace spillway::grpc
