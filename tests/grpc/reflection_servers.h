// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "routeguide/route_guide.grpc.pb.h"

namespace spillway::test {

using ReflectionRequest = ::grpc::reflection::v1::ServerReflectionRequest;
using ReflectionResponse = ::grpc::reflection::v1::ServerReflectionResponse;

/// Reflection v1 that answers as a test says; without an answer the stream ends with the status.
class ScriptedReflection : public ::grpc::reflection::v1::ServerReflection::Service {
 public:
  using Answer = std::function<bool(const ReflectionRequest&, ReflectionResponse&)>;
  explicit ScriptedReflection(Answer answer, ::grpc::Status end = ::grpc::Status::OK)
      : answer_(std::move(answer)), end_(std::move(end)) {}

  ::grpc::Status ServerReflectionInfo(
      ::grpc::ServerContext* context,
      ::grpc::ServerReaderWriter<ReflectionResponse, ReflectionRequest>* stream) override;

 private:
  const Answer answer_;
  const ::grpc::Status end_;
};

/// An honest answer about the route guide; false for what it does not know.
bool answerHonestly(const ReflectionRequest& request, ReflectionResponse& response);

enum class LibraryReflection { No, Yes };

/// A grpc++ server of the route guide on a port of its own, with grpc++'s own reflection (v1alpha) if wished.
class ReflectionServer {
 public:
  explicit ReflectionServer(
      LibraryReflection library, ::grpc::Service* more = nullptr,
      std::shared_ptr<::grpc::ServerCredentials> credentials = ::grpc::InsecureServerCredentials());
  ~ReflectionServer() { server_->Shutdown(std::chrono::system_clock::now()); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  routeguide::RouteGuide::Service guide_;
  std::unique_ptr<::grpc::Server> server_;
  int port_ = 0;
};

}  // namespace spillway::test
