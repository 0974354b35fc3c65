// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/descriptor_set_source.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>

#include <filesystem>
#include <fstream>

#include "engine/grpc/schema_files.h"

namespace spillway::grpc {

Result<std::shared_ptr<const Schema>> readDescriptorSet(const std::string& file) {
  const auto refuse = [&file](ErrorCode code, const std::string& why) {
    return failure(Error{code, Side::Balancer, fmt::format("{}: {}", file, why)});
  };
  std::error_code missing;
  const auto size = std::filesystem::file_size(file, missing);
  if (missing) return refuse(ErrorCode::Invalid, "it cannot be read: " + missing.message());
  if (size > kMostSchemaBytes) return refuse(ErrorCode::Invalid, "it is larger than 64 MiB");
  std::ifstream stream(file, std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromIstream(&stream) || set.file().empty()) {
    return refuse(ErrorCode::Invalid,
                  "it is no descriptor set; protoc --include_imports --descriptor_set_out=FILE writes one");
  }
  if (static_cast<std::size_t>(set.file_size()) > kMostSchemaFiles) {
    return refuse(ErrorCode::Invalid,
                  fmt::format("it holds {} files; at most {} are read", set.file_size(), kMostSchemaFiles));
  }
  const std::vector<google::protobuf::FileDescriptorProto> files(set.file().begin(), set.file().end());
  return makeSchema(file, files);
}

}  // namespace spillway::grpc
