// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/grpc/schema.h"

namespace google::protobuf {
class FileDescriptorProto;
}

namespace spillway::grpc {

/// What bounds a source, so that none can take the memory.
inline constexpr std::size_t kMostSchemaFiles = 4'000;
inline constexpr std::size_t kMostSchemaBytes = std::size_t{64} << 20;

/// A schema of these files in any order; what is wrong with one is told among its problems, after `problems`,
/// and spoils only what imports it.
std::shared_ptr<const Schema> makeSchema(std::string origin,
                                         const std::vector<google::protobuf::FileDescriptorProto>& files,
                                         std::vector<SchemaProblem> problems = {});

/// The well-known types and google.rpc's messages of errors.
std::shared_ptr<const Schema> builtInSchema();
/// Those types' file of this name; nullptr for other names.
const google::protobuf::FileDescriptorProto* builtInFile(const std::string& name);

}  // namespace spillway::grpc
