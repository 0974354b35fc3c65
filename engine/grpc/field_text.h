// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/grpc/wire_reader.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace spillway::grpc {

/// "int32", "routeguide.Point", "repeated string", "map<string, int32>"
std::string typeText(const google::protobuf::FieldDescriptor& field);
/// The same without "repeated".
std::string elementTypeText(const google::protobuf::FieldDescriptor& field);
/// What a field counts as that is not in its message; empty of messages and repeated fields.
std::string defaultText(const google::protobuf::FieldDescriptor& field);
/// The wire type that a field's single value has.
WireType wireTypeOf(const google::protobuf::FieldDescriptor& field);
/// A number, bool or enum of the field's type.
std::string scalarText(const google::protobuf::FieldDescriptor& field, std::uint64_t scalar);
/// A well-known message on one line: a Timestamp as RFC 3339, a Duration as "1.5s", a Struct as JSON, a
/// wrapper as its value. nullopt for other types and for bytes that are none of the type.
std::optional<std::string> wellKnownText(const google::protobuf::Descriptor& type, Bytes bytes,
                                         std::size_t most);

}  // namespace spillway::grpc
