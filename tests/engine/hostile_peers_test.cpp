// SPDX-License-Identifier: GPL-3.0-or-later
// What the record of a request says that a hostile HTTP/1 target or client has spoilt: who ended it, and why.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "tests/support/engine_fixture.h"
#include "tests/support/scripted_server.h"

namespace spillway::test {
namespace {

using observe::EndedBy;
using observe::Outcome;

config::Document http1Document(const ScriptedServer& target) {
  auto document = plainDocument({});
  document.loadBalancers[0].attributes.idleTimeoutSeconds = 2;
  document.loadBalancers[0].limits.headTimeoutSeconds = 1;
  auto& group = document.targetGroups[0];
  group.protocolVersion = config::ProtocolVersion::Http1;
  group.healthCheck.path = "/";
  group.healthCheck.matcher.httpCode = "200";
  group.targets.push_back({"127.0.0.1", target.port()});
  return document;
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  while (count-- > 0)
    result += text;
  return result;
}

struct TargetCase {
  const char* name;
  Part part;
  Outcome outcome;
  EndedBy endedBy;
  int elbStatus, targetStatus;
  const char* because = "";
};

class HostileHttp1Target : public EngineFixture, public ::testing::WithParamInterface<TargetCase> {};

TEST_P(HostileHttp1Target, IsNamedInTheRecord) {
  const TargetCase& c = GetParam();
  ScriptedServer target(c.part);
  apply(http1Document(target));
  TestClient client(address());
  ASSERT_TRUE(client.request("GET", "/x", {}, http::End::Yes)->waitForEnd());
  const auto record = records(1).at(0);
  EXPECT_EQ(record->outcome, c.outcome) << toString(record->outcome) << ": " << record->cause;
  EXPECT_EQ(record->endedBy, c.endedBy);
  EXPECT_EQ(record->endedBecause, c.because);
  EXPECT_EQ(record->elbStatus, c.elbStatus);
  EXPECT_EQ(record->targetStatus, c.targetStatus);
}

const std::string kOk = "HTTP/1.1 200 OK\r\n";
constexpr auto kStay = Part::Then::Stay;

INSTANTIATE_TEST_SUITE_P(
    Each, HostileHttp1Target,
    ::testing::Values(TargetCase{"LargeHead",
                                 {kOk + "X-A: " + std::string(33'000, 'b') + "\r\n\r\n", kStay},
                                 Outcome::TargetHeadTooLarge,
                                 EndedBy::Balancer,
                                 502,
                                 0},
                      TargetCase{"ManyFields",
                                 {kOk + repeated("X-A: b\r\n", 10'000), kStay},
                                 Outcome::TargetHeadTooLarge,
                                 EndedBy::Balancer,
                                 502,
                                 0},
                      TargetCase{"InterimFlood",
                                 {repeated("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n", 2'000), kStay},
                                 Outcome::TargetHeadTooLarge,
                                 EndedBy::Balancer,
                                 502,
                                 0},
                      TargetCase{"ContinueFlood",
                                 {repeated("HTTP/1.1 100 Continue\r\n\r\n", 2'000), kStay},
                                 Outcome::TargetHeadTooLarge,
                                 EndedBy::Balancer,
                                 502,
                                 0},
                      TargetCase{"ShortBody",
                                 {kOk + "Content-Length: 50\r\n\r\nhello"},
                                 Outcome::TargetBodyShort,
                                 EndedBy::Target,
                                 200,
                                 200},
                      TargetCase{"HalfAChunk",
                                 {kOk + "Transfer-Encoding: chunked\r\n\r\nff\r\nhello"},
                                 Outcome::BadResponse,
                                 EndedBy::Target,
                                 200,
                                 200},
                      TargetCase{
                          "Garbage", {"\x15\x03 no HTTP"}, Outcome::BadResponse, EndedBy::Target, 502, 0},
                      TargetCase{"Closes", {""}, Outcome::TargetClosed, EndedBy::Target, 502, 0},
                      TargetCase{"NeverAnswers",
                                 {"", kStay},
                                 Outcome::TargetTimeout,
                                 EndedBy::Balancer,
                                 504,
                                 0,
                                 "idle_timeout.timeout_seconds = 2"},
                      TargetCase{"StopsInItsBody",
                                 {kOk + "Content-Length: 50\r\n\r\nhello", kStay},
                                 Outcome::TargetTimeout,
                                 EndedBy::Balancer,
                                 200,
                                 200,
                                 "idle_timeout.timeout_seconds = 2"}),
    [](const auto& given) { return std::string(given.param.name); });

/// A client that says these bytes, byte for byte, and reads nothing until it is asked to.
class RawClient {
 public:
  explicit RawClient(const std::string& address, int receiveBuffer = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receiveBuffer > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  ~RawClient() { leave(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view text) const {
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  /// Until the other side closes.
  std::string rest() const {
    std::string all;
    char piece[4096];
    for (ssize_t got = 0; (got = ::recv(fd_, piece, sizeof piece, 0)) > 0;)
      all.append(piece, static_cast<std::size_t>(got));
    return all;
  }
  void leave() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

class HostileHttp1Client : public EngineFixture {
 protected:
  std::shared_ptr<const observe::StreamRecord> record() { return records(1).at(0); }
};

TEST_F(HostileHttp1Client, ASlowHeadIsAnsweredAndNamed) {
  ScriptedServer target({http1Answer(200)});
  apply(http1Document(target));
  RawClient client(address());
  client.send("GET /x HTTP/1.1\r\nHost: a.example\r\nX-A: b");
  EXPECT_THAT(client.rest(), ::testing::StartsWith("HTTP/1.1 408 Request Time-out\r\n"));
  EXPECT_EQ(record()->outcome, Outcome::ClientTimeout);
  EXPECT_EQ(record()->elbStatus, 408);
  EXPECT_EQ(record()->head->path, "/x");
  EXPECT_EQ(record()->endedBecause, "limits.headTimeoutSeconds = 1");
}

TEST_F(HostileHttp1Client, OneThatLeavesInTheMiddleOfItsBodyIs400) {
  ScriptedServer target({"", kStay});
  apply(http1Document(target));
  RawClient client(address());
  client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nhello");
  ASSERT_TRUE(eventually([&] {
    const auto all = target.received();
    return std::ranges::any_of(all, [](const auto& text) { return text.ends_with("hello"); });
  }));
  client.leave();
  EXPECT_EQ(record()->outcome, Outcome::ClientBodyShort);
  EXPECT_EQ(record()->elbStatus, 400);
}

TEST_F(HostileHttp1Client, OneThatDoesNotReadItsLastAnswerIsToBlame) {
  ScriptedServer target(
      {kOk + "Connection: close\r\nContent-Length: 20000\r\n\r\n" + std::string(20'000, 'x')});
  apply(http1Document(target));
  RawClient client(address(), 4096);
  // Answers go out until the kernel takes no more; the one that stands is with us as a whole.
  client.send(repeated("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", 500));
  const auto isNamed = [&] {
    const auto all = records(0);
    return std::ranges::any_of(all, [](const auto& r) { return r->outcome == Outcome::ClientTimeout; });
  };
  EXPECT_TRUE(eventually(isNamed));
  for (const auto& each : records(1))
    EXPECT_THAT(each->outcome, ::testing::AnyOf(Outcome::Completed, Outcome::ClientTimeout));
}

TEST_F(HostileHttp1Client, ATargetThatDoesNotReadIsToBlame) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int buffer = 4096;
  setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(::listen(listening, 64), 0);  // the kernel accepts; nobody ever reads
  ASSERT_EQ(::getsockname(listening, reinterpret_cast<sockaddr*>(&at), &size), 0);
  ScriptedServer unused({""});
  auto document = http1Document(unused);
  document.targetGroups[0].targets[0].port = ntohs(at.sin_port);
  apply(document);
  TestClient client(address());
  auto call = client.request("POST", "/x", {}, http::End::No);
  call->send(std::string(16 * 1024 * 1024, 'x'), http::End::No);
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->status(), 504);
  EXPECT_EQ(record()->outcome, Outcome::TargetTimeout);
  ::close(listening);
}

TEST_F(HostileHttp1Client, TheLimitOfAResponsesHeadIsTheLoadBalancers) {
  ScriptedServer target(
      Part{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-pad: " + std::string(2000, 'p') + "\r\n\r\n"});
  auto document = http1Document(target);
  document.loadBalancers[0].limits.responseHeadersBytes = 1024;
  apply(document);
  TestClient client(address());
  ASSERT_TRUE(client.request("GET", "/x", {}, http::End::Yes)->waitForEnd());
  EXPECT_EQ(records(1).at(0)->outcome, Outcome::TargetHeadTooLarge);
  document.loadBalancers[0].limits.responseHeadersBytes = 4096;
  apply(document);
  ASSERT_TRUE(client.request("GET", "/x", {}, http::End::Yes)->waitForEnd());
  EXPECT_EQ(records(2).at(1)->outcome, Outcome::Completed);
}

}  // namespace
}  // namespace spillway::test
