// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/grpc/message_decoder.h"
#include "engine/grpc/schema.h"

namespace spillway::test {

/// A small schema in package "routes": Point, Feature, Route (of points), Choice (a oneof), Nested, Login,
/// and the service Guide.
grpc::Schemas routes();

/// A message of that schema in protobuf's text format, as bytes.
std::string encode(const grpc::Schemas& schemas, const std::string& type, const std::string& text);
grpc::DecodedMessage decode(const grpc::Schemas& schemas, const std::string& type, const std::string& text);

}  // namespace spillway::test
