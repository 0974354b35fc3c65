// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/reflection_source.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "engine/service/child_process.h"
#include "tests/grpc/reflection_servers.h"
#include "tests/support/certificate_maker.h"
#include "tests/support/test_target.h"

namespace spillway::grpc {
namespace {

using test::LibraryReflection;
using test::ReflectionRequest;
using test::ReflectionResponse;
using test::ReflectionServer;
using test::ScriptedReflection;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> problemsOf(const Schema& schema) {
  std::vector<std::string> texts;
  for (const auto& problem : schema.problems())
    texts.push_back(problem.text());
  return texts;
}

std::shared_ptr<const Schema> read(const ReflectionTarget& target) {
  auto schema = readReflection(target);
  EXPECT_TRUE(schema) << schema.error().detail;
  return schema.value_or(nullptr);
}

void expectRouteGuide(const Schema& schema) {
  const Method* chat = schema.method("/routeguide.RouteGuide/RouteChat");
  ASSERT_TRUE(chat);
  EXPECT_EQ(chat->kind, CallKind::Bidirectional);
  EXPECT_EQ(chat->line, "rpc RouteChat(stream RouteNote) returns (stream RouteNote);");
  EXPECT_TRUE(schema.message("routeguide.RouteSummary"));
  EXPECT_TRUE(schema.message("google.protobuf.Timestamp"));
}

/// A socket that listens and never answers; connections wait in its queue.
class SilentServer {
 public:
  SilentServer() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(socket_, 8);
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { close(); }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int socket_ = -1, port_ = 0;
};

TEST(Reflection, ReadsVersion1AlphaOfGrpcsOwnLibrary) {
  const ReflectionServer server(LibraryReflection::Yes);
  const auto schema = read({.address = server.address()});
  EXPECT_THAT(problemsOf(*schema), IsEmpty());
  EXPECT_EQ(schema->origin(), "server reflection on " + server.address());
  EXPECT_EQ(schema->services().size(), 2u) << "the route guide, and reflection itself";
  expectRouteGuide(*schema);
}

TEST(Reflection, PrefersVersion1) {
  ScriptedReflection scripted(test::answerHonestly);
  const ReflectionServer server(LibraryReflection::Yes, &scripted);
  const auto schema = read({.address = server.address()});
  EXPECT_THAT(problemsOf(*schema), IsEmpty());
  EXPECT_EQ(schema->services().size(), 1u);
  expectRouteGuide(*schema);
}

TEST(Reflection, ReadsAServerInPython) {
  auto server = service::ChildProcess::spawn(
      {SPILLWAY_PYTHON, SPILLWAY_REFLECTION_SERVER, SPILLWAY_REFLECTION_MESSAGES});
  ASSERT_TRUE(server) << server.error().detail;
  std::string line;
  while (!line.ends_with('\n')) {
    pollfd ready{server->outputDescriptor(), POLLIN, 0};
    ASSERT_EQ(::poll(&ready, 1, 60'000), 1);
    line += server->readOutput();
    ASSERT_GE(server->outputDescriptor(), 0) << line;
  }
  line.pop_back();
  const auto schema = read({.address = line});
  EXPECT_THAT(problemsOf(*schema), IsEmpty());
  ASSERT_EQ(schema->services().size(), 1u);
  EXPECT_EQ(schema->services()[0].name, "shop.Shop");
  const Method* method = schema->method("/shop.Shop/Watch");
  ASSERT_TRUE(method);
  EXPECT_EQ(method->kind, CallKind::ServerStreaming);
  EXPECT_EQ(method->response.name(), "money.Price");
}

TEST(Reflection, GoesThroughTls) {
  const auto authority = test::makeCertificate({.commonName = "ca", .isAuthority = true});
  const auto leaf = test::makeCertificate({.commonName = "localhost", .names = {"localhost"}}, &authority);
  ::grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({leaf.privateKeyPem, leaf.certificatePem});
  const ReflectionServer server(LibraryReflection::Yes, nullptr, ::grpc::SslServerCredentials(options));
  expectRouteGuide(*read({.address = server.address(), .tls = ChannelTls::Unchecked}));
  const std::string port = server.address().substr(server.address().find(':'));
  expectRouteGuide(*read(
      {.address = "localhost" + port, .tls = ChannelTls::Checked, .trustedPem = authority.certificatePem}));

  const auto other = test::makeCertificate({.commonName = "other", .isAuthority = true});
  const auto refused = readReflection(
      {.address = "localhost" + port, .tls = ChannelTls::Checked, .trustedPem = other.certificatePem});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unreachable);
}

TEST(Reflection, ThatIsNotThereIsSaidSo) {
  // grpc++ adds its reflection to every server of a program that links it: this one knows no service at all.
  const test::TestTarget server;
  const auto schema = readReflection({.address = server.address()});
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().detail,
            server.address() + ": reflection is not there (UNIMPLEMENTED, asked for v1 and v1alpha)");
}

TEST(Reflection, OfAClosedPortIsAnError) {
  SilentServer server;
  server.close();
  const auto schema = readReflection({.address = server.address()});
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().code, ErrorCode::Unreachable);
  EXPECT_THAT(schema.error().detail, HasSubstr("onnection refused"));
}

TEST(Reflection, EndsAtItsDeadline) {
  const SilentServer server;
  const auto schema =
      readReflection({.address = server.address(), .timeout = std::chrono::milliseconds(300)});
  ASSERT_FALSE(schema);
  EXPECT_THAT(schema.error().code, testing::AnyOf(ErrorCode::ConnectTimeout, ErrorCode::Unreachable));
}

TEST(Reflection, CanBeStopped) {
  const SilentServer server;
  std::stop_source source;
  std::jthread stopper([&source] { source.request_stop(); });
  const auto schema =
      readReflection({.address = server.address(), .timeout = std::chrono::hours(1)}, source.get_token());
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().code, ErrorCode::Drained);
}

// ---- Reflection that lies ----

std::shared_ptr<const Schema> readScripted(ScriptedReflection::Answer answer,
                                           ::grpc::Status end = ::grpc::Status::OK) {
  ScriptedReflection scripted(std::move(answer), std::move(end));
  const ReflectionServer server(LibraryReflection::No, &scripted);
  return read({.address = server.address()});
}

TEST(LyingReflection, WithBytesThatAreNoFileIsToldOf) {
  const auto schema = readScripted([](const ReflectionRequest& request, ReflectionResponse& response) {
    if (request.has_list_services()) return test::answerHonestly(request, response);
    response.mutable_file_descriptor_response()->add_file_descriptor_proto("not a descriptor");
    return true;
  });
  EXPECT_THAT(problemsOf(*schema),
              ElementsAre("for service routeguide.RouteGuide the server gives 16 bytes that are no "
                          "file descriptor"));
  EXPECT_THAT(schema->services(), IsEmpty());
}

TEST(LyingReflection, WithoutTheServiceThatItListsIsToldOf) {
  const auto schema = readScripted([](const ReflectionRequest& request, ReflectionResponse& response) {
    if (request.has_list_services()) {
      response.mutable_list_services_response()->add_service()->set_name("shop.Shop");
      return true;
    }
    ReflectionRequest other;
    other.set_file_containing_symbol("routeguide.RouteGuide");
    return test::answerHonestly(other, response);
  });
  EXPECT_THAT(
      problemsOf(*schema),
      ElementsAre("the server lists service shop.Shop, but the files that it gives do not define it"));
  expectRouteGuide(*schema);
}

TEST(LyingReflection, WithImportsThatItDoesNotGiveIsToldOf) {
  const auto schema = readScripted([](const ReflectionRequest& request, ReflectionResponse& response) {
    if (request.has_list_services()) return test::answerHonestly(request, response);
    if (request.has_file_by_filename()) {
      response.mutable_error_response()->set_error_code(5);
      response.mutable_error_response()->set_error_message("never heard of it");
      return true;
    }
    google::protobuf::FileDescriptorProto file;
    routeguide::Point::descriptor()->file()->CopyTo(&file);
    file.set_name("guide.proto");
    file.add_dependency("far.proto");
    response.mutable_file_descriptor_response()->add_file_descriptor_proto(file.SerializeAsString());
    return true;
  });
  EXPECT_THAT(problemsOf(*schema),
              ElementsAre("the server does not give file far.proto: never heard of it (code 5)",
                          "guide.proto: it imports \"far.proto\", which is not there"));
  EXPECT_THAT(schema->services(), IsEmpty());
}

TEST(LyingReflection, WithOtherAnswersThanAskedIsToldOf) {
  const auto schema = readScripted([](const ReflectionRequest& request, ReflectionResponse& response) {
    if (request.has_list_services()) return test::answerHonestly(request, response);
    response.mutable_list_services_response();
    return true;
  });
  EXPECT_THAT(problemsOf(*schema),
              ElementsAre("asked for service routeguide.RouteGuide, the server answered something else"));
}

TEST(LyingReflection, ThatBreaksOffKeepsWhatCame) {
  const auto schema = readScripted(
      [](const ReflectionRequest& request, ReflectionResponse& response) {
        if (!request.has_list_services()) return test::answerHonestly(request, response);
        test::answerHonestly(request, response);
        response.mutable_list_services_response()->add_service()->set_name("shop.Shop");
        return true;
      },
      {::grpc::StatusCode::INTERNAL, "tired"});
  EXPECT_THAT(problemsOf(*schema), ElementsAre(HasSubstr("server reflection failed: tired (code 13)")));
  expectRouteGuide(*schema);
}

TEST(LyingReflection, WithoutEndIsBounded) {
  // Each file imports two more that nobody has heard of.
  int asked = 0;
  const auto schema = readScripted([&asked](const ReflectionRequest& request, ReflectionResponse& response) {
    if (request.has_list_services()) return test::answerHonestly(request, response);
    google::protobuf::FileDescriptorProto file;
    ++asked;
    file.set_name(request.has_file_by_filename() ? request.file_by_filename() : "first.proto");
    file.add_dependency(std::to_string(2 * asked) + ".proto");
    file.add_dependency(std::to_string(2 * asked + 1) + ".proto");
    response.mutable_file_descriptor_response()->add_file_descriptor_proto(file.SerializeAsString());
    return true;
  });
  EXPECT_THAT(problemsOf(*schema),
              testing::Contains("the server gives more files than are read: 4,000 of together 64 MiB"));
  EXPECT_LT(asked, 4'010);
}

}  // namespace
}  // namespace spillway::grpc
