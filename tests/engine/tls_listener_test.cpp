// SPDX-License-Identifier: GPL-3.0-or-later
// HTTPS listeners with the local CA, TLS to targets, and clients that speak something else.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/pki/local_ca.h"
#include "tests/support/engine_fixture.h"

namespace spillway::test {
namespace {

using observe::LogType;
using observe::Outcome;

/// Sends bytes over a bare socket and returns all that comes until the end.
std::string exchangeBytes(const std::string& address, const std::string& bytes) {
  const auto colon = address.rfind(':');
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
  const auto target = *net::SocketAddress::parse(address.substr(0, colon), port);
  const int fd = ::socket(target.family(), SOCK_STREAM, 0);
  std::string got;
  if (::connect(fd, static_cast<const sockaddr*>(target.native()), target.nativeSize()) == 0) {
    timeval limit{10, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)!::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::shutdown(fd, SHUT_WR);
    char buffer[4096];
    for (ssize_t n = ::recv(fd, buffer, sizeof buffer, 0); n > 0; n = ::recv(fd, buffer, sizeof buffer, 0)) {
      got.append(buffer, static_cast<std::size_t>(n));
    }
  }
  ::close(fd);
  return got;
}

class TlsListener : public EngineFixture {
 protected:
  void SetUp() override {
    document_ = plainDocument({&target_});
    auto& listener = document_.loadBalancers[0].listeners[0];
    listener.protocol = config::Protocol::Https;
    listener.certificates.push_back({});
    document_.loadBalancers[0].listeners.push_back(listener);
    auto& plain = document_.loadBalancers[0].listeners[1];
    plain.name = "plain";
    plain.protocol = config::Protocol::Http;
    plain.certificates.clear();
    applyAndWait(document_, {&target_});
  }
  std::shared_ptr<const net::TlsContext> trusting() const {
    const auto ca = pki::LocalCa::open(folder_.path());
    return *net::TlsContext::client(net::TlsContext::Verify::Yes, ca->certificateFile());
  }
  void expectStillServing() {
    TestClient client(address(), trusting());
    auto call = client.unary("/test/echo", "still here");
    ASSERT_TRUE(call->waitForEnd());
    EXPECT_EQ(call->field("grpc-status"), "0");
  }
  TestTarget target_;
  config::Document document_;
};

TEST_F(TlsListener, AClientThatTrustsTheLocalCaIsServed) {
  TestClient client(address(), trusting());
  auto call = client.unary("/test/echo", "hello");
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->body(), grpcMessage("hello"));
  const auto record = records(1).at(0);
  EXPECT_EQ(record->head->type, LogType::Grpcs);
  EXPECT_EQ(record->tlsProtocol, "TLSv1.3");
  EXPECT_EQ(record->sni, "localhost");
  EXPECT_EQ(target_.requests()[0].fields.find("x-forwarded-proto"), "https");
}

TEST_F(TlsListener, AClientThatDoesNotTrustTheCaRefusesAndIsCounted) {
  TestClient client(address(), *net::TlsContext::client(net::TlsContext::Verify::Yes, ""));
  EXPECT_TRUE(client.waitForClose());
  EXPECT_TRUE(eventually([&] { return engine_->readMetrics().tlsNegotiationErrors == 1; }));
  expectStillServing();
}

TEST_F(TlsListener, LargeBodiesPassBothWaysOverTls) {
  TestClient client(address(), trusting());
  const std::string large = grpcMessage(std::string(3 * 1024 * 1024, 'z'));
  auto call = client.start("/test/echo");
  call->send(large, http::End::Yes);
  ASSERT_TRUE(call->waitForEnd());
  EXPECT_EQ(call->body().size(), large.size());
  EXPECT_EQ(call->body(), large);
}

TEST_F(TlsListener, TargetsAreReachedOverTls) {
  const auto ca = pki::LocalCa::open(folder_.path());
  const auto issued = ca->issue({});
  TestTarget secure(0, *net::TlsContext::server(issued->certificatePem, issued->privateKeyPem,
                                                net::securityPolicies().front()));
  document_.targetGroups[0].protocol = config::Protocol::Https;
  document_.targetGroups[0].healthCheck.protocol = config::Protocol::Https;
  document_.targetGroups[0].targets = {{"127.0.0.1", secure.port()}};
  for (const bool verify : {false, true}) {
    document_.loadBalancers[0].beyondAlb.verifyTargetCertificates = verify;
    applyAndWait(document_, {&secure});
    TestClient client(address(), trusting());
    auto call = client.unary("/test/echo", "secure");
    ASSERT_TRUE(call->waitForEnd());
    EXPECT_EQ(call->field("grpc-status"), "0") << "verify " << verify;
  }
}

TEST_F(TlsListener, PlainHttpToTheTlsPortGetsACleanRefusal) {
  const auto answer = exchangeBytes(address(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  expectStillServing();
}

TEST_F(TlsListener, Http1ToAGrpcGroupGets464) {
  const auto answer = exchangeBytes(address("plain"), "GET /x HTTP/1.1\r\nHost: desk.test\r\n\r\n");
  EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 464 \r\n"));
  EXPECT_THAT(answer, ::testing::Not(::testing::HasSubstr("content-type")));
  const auto record = records(1).at(0);
  EXPECT_EQ(record->outcome, Outcome::ProtocolMismatch);
  EXPECT_EQ(record->head->authority, "desk.test");
  expectStillServing();
}

TEST_F(TlsListener, TlsAndGarbageToAPlaintextPortGetACleanRefusal) {
  const std::string clientHello("\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03", 11);
  EXPECT_THAT(exchangeBytes(address("plain"), clientHello),
              ::testing::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(exchangeBytes(address("plain"), "complete nonsense\r\n\r\n"),  // read as HTTP/0.9
              ::testing::StartsWith("HTTP/1.1 505 HTTP Version Not Supported\r\n"));
  EXPECT_THAT(exchangeBytes(address("plain"), "{nonsense: 1}\r\n\r\n"),
              ::testing::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  exchangeBytes(address("plain"), preface + std::string(64, '\xff'));
  exchangeBytes(address(), std::string(256, '\0'));
  expectStillServing();
}

}  // namespace
}  // namespace spillway::test
