// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/grpc/schema.h"
#include "engine/grpc/wire_tree.h"

namespace spillway::grpc {

enum class Presence : std::uint8_t {
  Set,       ///< it is in the message
  Default,   ///< it is not, and then counts as its type's default value, which is shown
  NotSet,    ///< it is not, and the receiver can tell
  Missing,   ///< it is not, but must be (proto2's required)
  Replaced,  ///< it is, but a later field takes its place: the same one, or one of the same oneof
  Unknown,   ///< the schema has no such field, or the bytes are no value of its type
};

/// A value of a message in words: a field, an element of a repeated field ("[0]"), an entry of a map (named
/// by its key).
struct FieldNode {
  std::uint32_t number = 0;  ///< 0 of elements, entries and bytes that are no field
  std::string name;          ///< empty where the schema has none
  std::string type;   ///< "int32", "routeguide.Point", "map<string, int32>"; the wire type where unknown
  std::string value;  ///< empty of plain messages: their children are the value
  std::string oneof;  ///< the oneof that the field is of
  Presence presence = Presence::Set;
  ByteRange range;  ///< in the whole message, with the tag; of a repeated field from its first to its last
  std::string problem;  ///< why it does not fit the schema; empty when it does
  std::vector<FieldNode> children;
  std::size_t left = 0;  ///< children that the limits left out
};

/// Where a message first does not fit its schema.
struct Misfit {
  std::size_t at = 0;        ///< byte in the message
  std::uint32_t number = 0;  ///< the field's; 0 where there is no field
  std::string field;         ///< "location.longitude"; empty where there is no field
  std::string reason;        ///< "the varint does not end"

  /// "field 2 'location.longitude' at byte 7: the varint does not end"
  std::string text() const;
};

struct DecodedMessage {
  std::string type;   ///< "routeguide.Point"
  std::string value;  ///< the message in words, if it is of a well-known type
  std::vector<FieldNode> fields;
  std::size_t left = 0;  ///< fields that the limits left out
  std::optional<Misfit> misfit;
  bool isReadable = true;  ///< false when the bytes end or break before the message does: receivers refuse it
};

/// Reads bytes as a message of this type; what any bytes can be read as is there, up to where they stop
/// fitting. Messages within Any are of the types that any of the schemas knows. Beyond the limits fields are
/// counted, but not looked into. Any thread.
DecodedMessage decodeMessage(const Schemas& schemas, const MessageType& type, Bytes message,
                             const TreeLimits& limits = {});

/// What a field grpc-status-details-bin holds.
struct StatusDetails {
  std::string bytes;       ///< a google.rpc.Status
  DecodedMessage message;  ///< the same, its details decoded where a schema knows their types
};

/// Opens such a field: base64 with or without padding. An error says why it is none.
Result<StatusDetails> decodeStatusDetails(const Schemas& schemas, std::string_view field,
                                          const TreeLimits& limits = {});

}  // namespace spillway::grpc
