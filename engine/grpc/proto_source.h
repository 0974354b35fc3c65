// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/grpc/schema.h"

namespace spillway::grpc {

struct ProtoSource {
  std::vector<std::string> paths;        ///< .proto files, and folders of which all .proto files are read
  std::vector<std::string> importPaths;  ///< where imports are looked for first, as protoc's -I
};

/// The schema in .proto files. Imports that are in no import path are looked for from the folders of the
/// files that import them upwards. Reads files: not for the thread of the window. Mistakes in the files are
/// the schema's problems, with file, line and column; an error says that there is no .proto file at all.
Result<std::shared_ptr<const Schema>> readProtoFiles(const ProtoSource& source);

}  // namespace spillway::grpc
