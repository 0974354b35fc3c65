// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/schema.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "engine/grpc/schema_files.h"

namespace spillway::grpc {

std::string MessageType::name() const {
  return descriptor_->full_name();
}

std::string SchemaProblem::text() const {
  if (file.empty()) return what;
  if (line == 0) return fmt::format("{}: {}", file, what);
  return fmt::format("{}:{}:{}: {}", file, line, column, what);
}

Schema::Schema(std::string origin, std::shared_ptr<const google::protobuf::DescriptorPool> pool,
               std::vector<Service> services, std::vector<SchemaProblem> problems)
    : origin_(std::move(origin)),
      pool_(std::move(pool)),
      services_(std::move(services)),
      problems_(std::move(problems)) {}

std::optional<MessageType> Schema::message(std::string_view name) const {
  const auto* descriptor = pool_->FindMessageTypeByName(std::string(name));
  if (!descriptor) return std::nullopt;
  return MessageType(pool_, *descriptor);
}

const Method* Schema::method(std::string_view path) const {
  for (const Service& service : services_) {
    const auto found = std::ranges::find(service.methods, path, &Method::path);
    if (found != service.methods.end()) return &*found;
  }
  return nullptr;
}

void Schemas::add(std::shared_ptr<const Schema> schema) {
  remove(schema->origin());
  schemas_.insert(schemas_.begin(), std::move(schema));
}

void Schemas::remove(std::string_view origin) {
  std::erase_if(schemas_, [origin](const auto& schema) { return schema->origin() == origin; });
}

std::optional<MessageType> Schemas::message(std::string_view name) const {
  for (const auto& schema : schemas_) {
    if (auto found = schema->message(name)) return found;
  }
  return builtInSchema()->message(name);
}

std::optional<Schemas::Found> Schemas::method(std::string_view path) const {
  for (const auto& schema : schemas_) {
    if (const Method* found = schema->method(path)) return Found{*found, schema->origin()};
  }
  return std::nullopt;
}

}  // namespace spillway::grpc
