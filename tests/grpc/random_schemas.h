// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include <memory>
#include <random>
#include <string>

#include "engine/grpc/schema_files.h"

namespace spillway::test {

using Random = std::mt19937_64;

inline std::size_t upTo(Random& random, std::size_t most) {
  return std::uniform_int_distribution<std::size_t>(0, most)(random);
}

/// A file of messages M0, M1 … in package "p": all types of fields, repeated, packed, maps, oneofs, optional
/// ones, groups and extensions in proto2, enums with negative values.
google::protobuf::FileDescriptorProto randomFile(Random& random);

/// Sets fields of all kinds, at most `depth` messages inside each other.
void fillAtRandom(Random& random, google::protobuf::Message& message, int depth);

/// In a fixed order of fields and map entries.
std::string serialized(const google::protobuf::Message& message);

inline std::shared_ptr<const grpc::Schema> schemaOf(const google::protobuf::FileDescriptorProto& file) {
  return grpc::makeSchema("a test", {file});
}

}  // namespace spillway::test
