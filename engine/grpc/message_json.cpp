// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/message_json.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/stubs/status.h>
#include <google/protobuf/type.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <map>
#include <memory>

#include "engine/grpc/any_type.h"
#include "engine/grpc/value_text.h"

namespace spillway::grpc {
namespace {

namespace pb = google::protobuf;

constexpr const char* kPrefix = "type.googleapis.com";

std::string nameIn(const std::string& url) {
  return url.substr(url.rfind('/') + 1);
}
std::string urlOf(const std::string& name) {
  return std::string(kPrefix) + "/" + name;
}

/// Finds types first where the message's own is from, then in all schemas; URLs may begin with anything.
class Types : public pb::util::TypeResolver {
 public:
  Types(const Schemas& schemas, const pb::DescriptorPool& own) : schemas_(schemas), own_(own) {}

  pb::util::Status ResolveMessageType(const std::string& url, pb::Type* type) override {
    const auto* descriptor = findType(schemas_, own_, nameIn(url));
    return in(descriptor ? *descriptor->file()->pool() : own_).ResolveMessageType(urlOf(nameIn(url)), type);
  }

  pb::util::Status ResolveEnumType(const std::string& url, pb::Enum* type) override {
    const std::string name = nameIn(url);
    // Enums are asked for by messages: their pool is among those that were asked.
    const pb::DescriptorPool* pool = &own_;
    for (auto at = resolvers_.begin(); at != resolvers_.end() && !pool->FindEnumTypeByName(name); ++at)
      pool = at->first;
    return in(*pool).ResolveEnumType(urlOf(name), type);
  }

 private:
  pb::util::TypeResolver& in(const pb::DescriptorPool& pool) {
    auto& resolver = resolvers_[&pool];
    if (!resolver) resolver.reset(pb::util::NewTypeResolverForDescriptorPool(kPrefix, &pool));
    return *resolver;
  }

  const Schemas& schemas_;
  const pb::DescriptorPool& own_;
  std::map<const pb::DescriptorPool*, std::unique_ptr<pb::util::TypeResolver>> resolvers_;
};

auto refuse(const MessageType& type, const std::string& why) {
  return failure(Error{ErrorCode::Invalid, Side::Balancer,
                       fmt::format("There is no JSON of this {}: {}", type.name(), why)});
}

}  // namespace

Result<std::string> messageJson(const Schemas& schemas, const MessageType& type, Bytes message,
                                std::size_t largest) {
  if (message.size() > largest) {
    return refuse(type, fmt::format("it has {} bytes, and JSON is made of at most {}",
                                    grouped(message.size()), grouped(largest)));
  }
  Types types(schemas, type.pool());
  pb::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  const auto status =
      pb::util::BinaryToJsonString(&types, urlOf(type.name()), std::string(textOf(message)), &json, options);
  if (!status.ok()) return refuse(type, std::string(status.message()));
  return json;
}

}  // namespace spillway::grpc
