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
#include <nlohmann/json.hpp>
#include <optional>

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

using Json = nlohmann::ordered_json;
constexpr int kDeepestTemplate = 4;

Json templateOf(const pb::Descriptor& type, int depth);

/// Of the well-known types whose JSON is no object of their fields.
std::optional<Json> wellKnownTemplate(const pb::Descriptor& type) {
  switch (type.well_known_type()) {
    case pb::Descriptor::WELLKNOWNTYPE_UNSPECIFIED:
      return std::nullopt;
    case pb::Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return Json("1970-01-01T00:00:00Z");
    case pb::Descriptor::WELLKNOWNTYPE_DURATION:
      return Json("0s");
    case pb::Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return Json("");
    case pb::Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return Json::array();
    case pb::Descriptor::WELLKNOWNTYPE_STRUCT:
    case pb::Descriptor::WELLKNOWNTYPE_ANY:
      return Json::object();
    default:
      return Json(nullptr);  // a wrapper, or any value
  }
}

Json templateOf(const pb::FieldDescriptor& field, int depth) {
  if (field.is_map()) return Json::object();
  if (field.is_repeated()) return Json::array();
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return templateOf(*field.message_type(), depth + 1);
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return "";
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return false;
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return field.enum_type()->value(0)->name();
    default:
      return 0;
  }
}

Json templateOf(const pb::Descriptor& type, int depth) {
  if (auto known = wellKnownTemplate(type)) return *known;
  Json object = Json::object();
  if (depth >= kDeepestTemplate) return object;
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    const pb::OneofDescriptor* choice = field.real_containing_oneof();
    if (choice && choice->field(0) != &field) continue;
    object[field.json_name()] = templateOf(field, depth);
  }
  return object;
}

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

Result<std::string> jsonMessage(const Schemas& schemas, const MessageType& type, std::string_view json) {
  // Its words for what is no JSON at all tell the place.
  try {
    [[maybe_unused]] const Json parsed = Json::parse(json);
  } catch (const Json::parse_error& error) {
    const std::string_view words = error.what();
    return failure(Error{ErrorCode::Invalid, Side::Balancer,
                         "This is no JSON: " + std::string(words.substr(words.find("] ") + 2))});
  }
  Types types(schemas, type.pool());
  std::string bytes;
  const auto status = pb::util::JsonToBinaryString(&types, urlOf(type.name()), std::string(json), &bytes, {});
  if (status.ok()) return bytes;
  return failure(Error{ErrorCode::Invalid, Side::Balancer,
                       fmt::format("This is no {}: {}", type.name(), std::string(status.message()))});
}

std::string jsonTemplate(const MessageType& type) {
  return templateOf(type.descriptor(), 0).dump(2);
}

}  // namespace spillway::grpc
