// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/grpc/routes.h"

#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>

#include "engine/grpc/proto_source.h"
#include "tests/grpc/random_schemas.h"
#include "tests/support/temporary_folder.h"

namespace spillway::test {

grpc::Schemas routes() {
  const TemporaryFolder folder;
  std::ofstream(folder.file("routes.proto")) << R"(
    syntax = "proto3";
    package routes;
    import "google/protobuf/any.proto";
    import "google/protobuf/struct.proto";
    message Point { int32 latitude = 1; int32 longitude = 2; }
    message Feature { string name = 1; Point location = 2; }
    message Route { repeated Point points = 1; }
    message Choice { oneof which { string text = 1; int32 number = 2; } }
    message Nested { Nested inner = 1; }
    message Login {
      string user = 1;
      string user_password = 2;
      repeated int32 pin_token = 3;
      map<string, string> headers = 4;
      google.protobuf.Struct extra = 5;
      google.protobuf.Any any = 6;
      Point secret = 7;
      fixed64 api_key = 8;
      int64 token = 9;
      string token_count = 10;
    }
    service Guide {
      rpc Enter(stream Login) returns (stream Feature);
      rpc Find(Point) returns (Feature);
    }
  )";
  const auto schema = grpc::readProtoFiles({{folder.path()}, {}});
  EXPECT_TRUE(schema) << schema.error().detail;
  EXPECT_TRUE((*schema)->problems().empty()) << (*schema)->problems()[0].text();
  grpc::Schemas schemas;
  schemas.add(*schema);
  return schemas;
}

std::string encode(const grpc::Schemas& schemas, const std::string& type, const std::string& text) {
  const auto found = schemas.message(type);
  google::protobuf::DynamicMessageFactory factory;
  std::unique_ptr<google::protobuf::Message> message(factory.GetPrototype(&found->descriptor())->New());
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message.get()));
  return serialized(*message);
}

grpc::DecodedMessage decode(const grpc::Schemas& schemas, const std::string& type, const std::string& text) {
  return decodeMessage(schemas, *schemas.message(type), grpc::bytesOf(encode(schemas, type, text)));
}

}  // namespace spillway::test
