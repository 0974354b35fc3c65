// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/grpc/reflection_servers.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/impl/server_builder_option.h>
#include <gtest/gtest.h>

namespace spillway::test {
namespace {

/// Adds grpc++'s reflection to one server; its own way adds it to all of the program.
class WithReflection : public ::grpc::ServerBuilderOption {
  void UpdateArguments(::grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<::grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->push_back(std::make_unique<::grpc::reflection::ProtoServerReflectionPlugin>());
  }
};

}  // namespace

::grpc::Status ScriptedReflection::ServerReflectionInfo(
    ::grpc::ServerContext*, ::grpc::ServerReaderWriter<ReflectionResponse, ReflectionRequest>* stream) {
  ReflectionRequest request;
  while (stream->Read(&request)) {
    ReflectionResponse response;
    if (!answer_(request, response)) return end_;
    stream->Write(response);
  }
  return ::grpc::Status::OK;
}

bool answerHonestly(const ReflectionRequest& request, ReflectionResponse& response) {
  if (request.has_list_services()) {
    response.mutable_list_services_response()->add_service()->set_name("routeguide.RouteGuide");
    return true;
  }
  if (request.file_containing_symbol() != "routeguide.RouteGuide") return false;
  google::protobuf::FileDescriptorProto file;
  routeguide::Point::descriptor()->file()->CopyTo(&file);
  response.mutable_file_descriptor_response()->add_file_descriptor_proto(file.SerializeAsString());
  return true;
}

ReflectionServer::ReflectionServer(LibraryReflection library, ::grpc::Service* more,
                                   std::shared_ptr<::grpc::ServerCredentials> credentials) {
  ::grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", std::move(credentials), &port_);
  builder.RegisterService(&guide_);
  if (more) builder.RegisterService(more);
  if (library == LibraryReflection::Yes) builder.SetOption(std::make_unique<WithReflection>());
  server_ = builder.BuildAndStart();
  EXPECT_NE(port_, 0);
}

}  // namespace spillway::test
