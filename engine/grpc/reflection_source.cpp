// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/reflection_source.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "engine/grpc/channel.h"
#include "engine/grpc/schema_files.h"
#include "grpc/reflection/v1/reflection.pb.h"

namespace spillway::grpc {
namespace {

namespace pb = google::protobuf;
// Both versions have the same messages.
using Request = ::grpc::reflection::v1::ServerReflectionRequest;
using Response = ::grpc::reflection::v1::ServerReflectionResponse;
using Stub = ::grpc::TemplatedGenericStub<Request, Response>;

constexpr int kMostServices = 2'000;
constexpr int kLargestAnswer = 16 << 20;

/// One reflection stream: questions and answers by turns.
class Conversation {
 public:
  Conversation(Stub& stub, const std::string& version, std::chrono::system_clock::time_point deadline,
               const std::stop_token& stop)
      : stopped_(stop, [this] { context_.TryCancel(); }) {
    context_.set_deadline(deadline);
    stream_ = stub.PrepareCall(
        &context_, "/grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo", &queue_);
    stream_->StartCall(nullptr);
    isOpen_ = waitForLast();
  }

  ~Conversation() {
    context_.TryCancel();
    finish();
    queue_.Shutdown();
    void* tag = nullptr;
    bool good = false;
    while (queue_.Next(&tag, &good)) {
    }
  }

  /// The answer; nullopt when the stream has ended: finish() says why.
  std::optional<Response> ask(const Request& request) {
    Response response;
    if (!isOpen_) return std::nullopt;
    stream_->Write(request, nullptr);
    isOpen_ = waitForLast();
    if (!isOpen_) return std::nullopt;
    stream_->Read(&response, nullptr);
    isOpen_ = waitForLast();
    if (!isOpen_) return std::nullopt;
    return response;
  }

  const ::grpc::Status& finish() {
    if (!isFinished_) {
      stream_->Finish(&status_, nullptr);
      waitForLast();
      isFinished_ = true;
    }
    return status_;
  }

 private:
  /// Whether the operation that runs went well; it ends by the deadline at the latest.
  bool waitForLast() {
    void* tag = nullptr;
    bool good = false;
    return queue_.Next(&tag, &good) && good;
  }

  ::grpc::CompletionQueue queue_;
  ::grpc::ClientContext context_;
  std::unique_ptr<::grpc::ClientAsyncReaderWriter<Request, Response>> stream_;
  ::grpc::Status status_;
  bool isOpen_ = false, isFinished_ = false;
  std::stop_callback<std::function<void()>> stopped_;
};

/// Collects the files of all services over one conversation.
class Collector {
 public:
  explicit Collector(Conversation& conversation) : conversation_(conversation) {}

  /// False when the stream ended before it had answered.
  bool collect() {
    Request request;
    request.set_list_services("");
    const auto answer = conversation_.ask(request);
    if (!answer) return false;
    if (answer->has_error_response()) {
      tell("the server does not list its services", answer->error_response());
    } else if (!answer->has_list_services_response()) {
      tell("asked for its services, the server answered something else");
    }
    isAnswered_ = true;
    const auto& services = answer->list_services_response().service();
    if (services.size() > kMostServices)
      tell(fmt::format("the server lists {} services; {} are read", services.size(), kMostServices));
    for (int i = 0; i < std::min(services.size(), kMostServices) && !isFull_; ++i) {
      if (!askForService(services[i].name())) return false;
    }
    return askForImports();
  }

  /// Whether the server answered at all.
  bool isAnswered() const { return isAnswered_; }
  std::vector<pb::FileDescriptorProto> files() const {
    std::vector<pb::FileDescriptorProto> files;
    for (const auto& [name, file] : files_)
      files.push_back(file);
    return files;
  }
  std::vector<SchemaProblem> takeProblems() { return std::move(problems_); }

 private:
  bool askForService(const std::string& name) {
    if (symbols_.contains(name)) return true;
    Request request;
    request.set_file_containing_symbol(name);
    if (!askForFiles(request, "service " + name)) return false;
    const bool wasTold = std::exchange(isRefused_, false);
    if (!symbols_.contains(name) && !wasTold && !isFull_)
      tell(fmt::format("the server lists service {}, but the files that it gives do not define it", name));
    return true;
  }

  /// Most servers give a file with all that it imports; others wait to be asked.
  bool askForImports() {
    std::set<std::string> asked;
    for (bool isNew = true; isNew && !isFull_;) {
      isNew = false;
      for (const std::string& name : missingImports()) {
        if (!asked.insert(name).second) continue;
        isNew = true;
        Request request;
        request.set_file_by_filename(name);
        if (!askForFiles(request, "file " + name)) return false;
        isRefused_ = false;
        if (isFull_) break;
      }
    }
    return true;
  }

  std::set<std::string> missingImports() const {
    std::set<std::string> missing;
    for (const auto& [name, file] : files_) {
      for (const std::string& import : file.dependency()) {
        if (!files_.contains(import) && !builtInFile(import)) missing.insert(import);
      }
    }
    return missing;
  }

  bool askForFiles(const Request& request, const std::string& what) {
    const auto answer = conversation_.ask(request);
    if (!answer) return false;
    isRefused_ = !answer->has_file_descriptor_response();
    if (answer->has_error_response()) {
      tell(fmt::format("the server does not give {}", what), answer->error_response());
    } else if (isRefused_) {
      tell(fmt::format("asked for {}, the server answered something else", what));
    }
    for (const std::string& bytes : answer->file_descriptor_response().file_descriptor_proto())
      take(bytes, what);
    return true;
  }

  void take(const std::string& bytes, const std::string& what) {
    bytes_ += bytes.size();
    if (bytes_ > kMostSchemaBytes || files_.size() >= kMostSchemaFiles) {
      if (!isFull_) tell("the server gives more files than are read: 4,000 of together 64 MiB");
      isFull_ = true;
      return;
    }
    pb::FileDescriptorProto file;
    if (!file.ParseFromString(bytes)) {
      isRefused_ = true;
      tell(fmt::format("for {} the server gives {} bytes that are no file descriptor", what, bytes.size()));
      return;
    }
    const std::string prefix = file.package().empty() ? "" : file.package() + ".";
    for (const auto& service : file.service())
      symbols_.insert(prefix + service.name());
    files_.emplace(file.name(), std::move(file));
  }

  void tell(std::string what) { problems_.push_back({"", 0, 0, std::move(what)}); }
  void tell(const std::string& what, const ::grpc::reflection::v1::ErrorResponse& error) {
    tell(fmt::format("{}: {} (code {})", what, error.error_message(), error.error_code()));
  }

  Conversation& conversation_;
  std::map<std::string, pb::FileDescriptorProto> files_;
  std::set<std::string> symbols_;  ///< services that the files define
  std::vector<SchemaProblem> problems_;
  std::size_t bytes_ = 0;
  bool isAnswered_ = false, isFull_ = false;
  bool isRefused_ = false;  ///< the last answer had a problem, which is told
};

Error errorFor(const ReflectionTarget& target, const ::grpc::Status& status) {
  const auto error = [&](ErrorCode code, const std::string& what) {
    return Error{code, Side::Target, fmt::format("{}: {}", target.address, what)};
  };
  switch (status.error_code()) {
    case ::grpc::StatusCode::UNIMPLEMENTED:
      return error(ErrorCode::Protocol, "reflection is not there (UNIMPLEMENTED, asked for v1 and v1alpha)");
    case ::grpc::StatusCode::DEADLINE_EXCEEDED:
      return error(ErrorCode::ConnectTimeout,
                   fmt::format("no answer to server reflection within {} ms", target.timeout.count()));
    case ::grpc::StatusCode::UNAVAILABLE:
      return error(ErrorCode::Unreachable, "server reflection cannot be asked: " + status.error_message());
    case ::grpc::StatusCode::RESOURCE_EXHAUSTED:
      return error(ErrorCode::Protocol,
                   "the answer of server reflection is too large: " + status.error_message());
    case ::grpc::StatusCode::OK:
      return error(ErrorCode::Protocol, "server reflection ended its stream without an answer");
    default:
      return error(ErrorCode::Protocol,
                   fmt::format("server reflection failed: {} (code {})", status.error_message(),
                               static_cast<int>(status.error_code())));
  }
}

}  // namespace

Result<std::shared_ptr<const Schema>> readReflection(const ReflectionTarget& target,
                                                     const std::stop_token& stop) {
  const auto deadline = std::chrono::system_clock::now() + target.timeout;
  Stub stub(openChannel({target.address, target.tls, target.trustedPem, {}}, kLargestAnswer));
  ::grpc::Status status;
  for (const char* version : {"v1", "v1alpha"}) {
    Conversation conversation(stub, version, deadline, stop);
    Collector collector(conversation);
    const bool isComplete = collector.collect();
    if (!isComplete) status = conversation.finish();
    if (stop.stop_requested())
      return failure(Error{ErrorCode::Drained, Side::Balancer, target.address + ": reflection was stopped"});
    if (collector.isAnswered()) {
      auto problems = collector.takeProblems();
      if (!isComplete) problems.push_back({"", 0, 0, errorFor(target, status).detail});
      return makeSchema(reflectionOrigin(target.address), collector.files(), std::move(problems));
    }
    if (status.error_code() != ::grpc::StatusCode::UNIMPLEMENTED) break;
  }
  return failure(errorFor(target, status));
}

std::string reflectionOrigin(const std::string& address) {
  return "server reflection on " + address;
}

}  // namespace spillway::grpc
