// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
class DescriptorPool;
}  // namespace google::protobuf

namespace spillway::grpc {

/// A type of message in a schema, which it keeps alive. Cheap to copy; any thread.
class MessageType {
 public:
  MessageType(std::shared_ptr<const google::protobuf::DescriptorPool> pool,
              const google::protobuf::Descriptor& descriptor)
      : pool_(std::move(pool)), descriptor_(&descriptor) {}

  std::string name() const;  ///< "routeguide.Point"
  const google::protobuf::Descriptor& descriptor() const { return *descriptor_; }
  const google::protobuf::DescriptorPool& pool() const { return *pool_; }

 private:
  std::shared_ptr<const google::protobuf::DescriptorPool> pool_;
  const google::protobuf::Descriptor* descriptor_;
};

enum class CallKind : std::uint8_t { Unary, ServerStreaming, ClientStreaming, Bidirectional };

struct Method {
  std::string name;  ///< "GetFeature"
  std::string path;  ///< as in :path, "/routeguide.RouteGuide/GetFeature"
  CallKind kind = CallKind::Unary;
  MessageType request, response;
  std::string line;     ///< as a .proto file says it, "rpc GetFeature(Point) returns (Feature);"
  std::string comment;  ///< what stands above it in the .proto file; empty where the source kept none
  std::string file;     ///< "route_guide.proto"
  int fileLine = 0;     ///< from 1; 0 where the source kept none
};

struct Service {
  std::string name;  ///< "routeguide.RouteGuide"
  std::vector<Method> methods;
};

/// What is wrong with a part of a schema. Line and column count from 1; 0 where there is none.
struct SchemaProblem {
  std::string file;
  int line = 0, column = 0;
  std::string what;

  std::string text() const;  ///< "route.proto:3:1: …"
};

/// What one source tells about services and messages. Never changes; any thread.
class Schema {
 public:
  Schema(std::string origin, std::shared_ptr<const google::protobuf::DescriptorPool> pool,
         std::vector<Service> services, std::vector<SchemaProblem> problems);

  /// "server reflection on 127.0.0.1:50061", "/home/ann/route.proto"
  const std::string& origin() const { return origin_; }
  const std::vector<Service>& services() const { return services_; }
  /// What of the source could not be used; the rest of it can.
  const std::vector<SchemaProblem>& problems() const { return problems_; }
  /// By its full name. The well-known types and google.rpc's are in each schema.
  std::optional<MessageType> message(std::string_view name) const;
  const Method* method(std::string_view path) const;

 private:
  std::string origin_;
  std::shared_ptr<const google::protobuf::DescriptorPool> pool_;
  std::vector<Service> services_;
  std::vector<SchemaProblem> problems_;
};

/// All schemas that are known, the latest first; never without the well-known types. A value: copies share
/// the schemas, so that a thread that decodes takes a copy.
class Schemas {
 public:
  /// Takes the place of the schema of the same origin.
  void add(std::shared_ptr<const Schema> schema);
  void remove(std::string_view origin);
  /// Without the built-in one.
  const std::vector<std::shared_ptr<const Schema>>& all() const { return schemas_; }

  /// The first schema that has it says what it is.
  std::optional<MessageType> message(std::string_view name) const;
  struct Found {
    Method method;
    std::string origin;
  };
  std::optional<Found> method(std::string_view path) const;

 private:
  std::vector<std::shared_ptr<const Schema>> schemas_;
};

}  // namespace spillway::grpc
