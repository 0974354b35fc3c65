// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/grpc/schema.h"

namespace spillway::grpc {

/// The schema in a descriptor set, as `protoc --include_imports --descriptor_set_out=FILE` writes it. Reads
/// the file: not for the thread of the window. An error says why it is none.
Result<std::shared_ptr<const Schema>> readDescriptorSet(const std::string& file);

}  // namespace spillway::grpc
