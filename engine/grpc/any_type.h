// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/grpc/schema.h"
#include "engine/grpc/wire_reader.h"

namespace spillway::grpc {

/// What a google.protobuf.Any holds.
struct AnyParts {
  std::string typeName;  ///< "google.rpc.ErrorInfo": what stands behind the last slash of the URL
  ByteRange value;       ///< in the whole message; empty where there is none
};
AnyParts anyParts(Bytes message, ByteRange any);

/// The message type of this name, in this pool or else in any of the schemas; nullptr where none knows it.
const google::protobuf::Descriptor* findType(const Schemas& schemas,
                                             const google::protobuf::DescriptorPool& pool,
                                             const std::string& name);

}  // namespace spillway::grpc
