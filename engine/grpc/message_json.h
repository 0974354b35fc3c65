// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/grpc/schema.h"
#include "engine/grpc/wire_reader.h"

namespace spillway::grpc {

/// Of larger messages no JSON is made.
inline constexpr std::size_t kLargestJsonMessage = std::size_t{16} << 20;

/// A message as protobuf's JSON, indented. An error says why there is none: the bytes do not fit the type, an
/// Any holds a type that no schema knows, or the message is too large. Any thread.
Result<std::string> messageJson(const Schemas& schemas, const MessageType& type, Bytes message,
                                std::size_t largest = kLargestJsonMessage);

/// The bytes of a message that stands there as protobuf's JSON. An error says what does not fit, by its field
/// or its line and column. Any thread.
Result<std::string> jsonMessage(const Schemas& schemas, const MessageType& type, std::string_view json);

/// JSON of a message with each of its fields, to be filled in: nested messages too, of a oneof the first one,
/// lists and maps empty. Any thread.
std::string jsonTemplate(const MessageType& type);

}  // namespace spillway::grpc
