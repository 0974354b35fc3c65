// SPDX-License-Identifier: GPL-3.0-or-later
// Resumption, the key log, and TLS towards targets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "engine/net/acceptor.h"
#include "engine/net/transport.h"
#include "tests/support/certificate_maker.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tls_pair.h"

namespace spillway::net {
namespace {

using test::makeCertificate;
using test::shakeHands;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

std::string contentOf(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class TlsSessions : public ::testing::Test {
 protected:
  std::shared_ptr<const TlsContext> server(std::shared_ptr<const KeyLog> log = nullptr) {
    ServerTls settings;
    settings.certificates = {ServerCertificate::make(pair_.certificatePem, pair_.privateKeyPem).value()};
    settings.policy = *findSecurityPolicy("ELBSecurityPolicy-TLS13-1-0-2021-06");
    settings.keyLog = std::move(log);
    return TlsContext::server(std::move(settings)).value();
  }
  pki::IssuedCertificate pair_ = makeCertificate({.names = {"shop.test"}});
  test::TemporaryFolder folder_;
};

TEST_F(TlsSessions, AreResumedInEveryVersion) {
  const auto context = server();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto first = shakeHands(context, {.lowest = version, .highest = version});
    ASSERT_TRUE(first.session) << version;
    EXPECT_FALSE(first.facts.sessionReused);
    EXPECT_EQ(first.facts.certificateId, test::idOf(pair_));
    EXPECT_EQ(SSL_SESSION_get_max_early_data(first.session.get()), 0u) << "no early data";
    const auto second =
        shakeHands(context, {.lowest = version, .highest = version, .session = first.session.get()});
    EXPECT_TRUE(second.reused) << version;
    EXPECT_TRUE(second.facts.sessionReused) << version;
    EXPECT_EQ(second.facts.verifyStatus, "Success");
    EXPECT_EQ(second.facts.protocol, first.facts.protocol);
  }
}

TEST_F(TlsSessions, OfAnotherServerAreNotResumed) {
  const auto first = shakeHands(server(), {});
  ASSERT_TRUE(first.session);
  const auto second = shakeHands(server(), {.session = first.session.get()});
  EXPECT_TRUE(second.serverReady);
  EXPECT_FALSE(second.facts.sessionReused);
}

TEST_F(TlsSessions, SecretsGoToTheKeyLogOnly) {
  const std::string file = folder_.file("keys");
  test::writeFile(file, "# mine\n");
  {
    const auto log = KeyLog::open(file).value();
    const auto context = server(log);
    shakeHands(context, {.lowest = TLS1_3_VERSION});
    shakeHands(context, {.lowest = TLS1_2_VERSION, .highest = TLS1_2_VERSION});
    shakeHands(server(), {});
  }
  struct stat facts {};
  ASSERT_EQ(::stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777u, 0600u);
  std::istringstream lines(contentOf(file));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "# mine") << "appended";
  std::size_t traffic = 0, classic = 0, all = 0;
  for (; std::getline(lines, line); ++all) {
    EXPECT_THAT(line, ContainsRegex("^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]{64,96}$"));
    traffic += line.starts_with("CLIENT_TRAFFIC_SECRET_0 ");
    classic += line.starts_with("CLIENT_RANDOM ");
  }
  EXPECT_EQ(traffic, 1u);
  EXPECT_EQ(classic, 1u);
  EXPECT_GE(all, 5u);
}

TEST_F(TlsSessions, TheKeyLogIsAnOrdinaryFile) {
  EXPECT_THAT(KeyLog::open(folder_.path()).error().detail, HasSubstr(folder_.path()));
  EXPECT_THAT(KeyLog::open("/dev/null").error().detail, HasSubstr("no ordinary file"));
  EXPECT_THAT(KeyLog::open("/no/such/keys").error().detail, HasSubstr("No such file"));
}

/// A handshake between two of our contexts, in memory; what the target saw.
struct SeenByTarget {
  bool done = false;
  std::string alpn, version;
};
SeenByTarget reach(SSL_CTX* target, const TlsContext& balancer) {
  const Session server{SSL_new(target), &SSL_free}, client{SSL_new(balancer.native()), &SSL_free};
  BIO *serverEnd = nullptr, *clientEnd = nullptr;
  BIO_new_bio_pair(&serverEnd, 0, &clientEnd, 0);
  SSL_set_bio(server.get(), serverEnd, serverEnd);
  SSL_set_bio(client.get(), clientEnd, clientEnd);
  SSL_set_accept_state(server.get());
  SSL_set_connect_state(client.get());
  SeenByTarget seen;
  for (int turn = 0; turn < 20 && !seen.done; ++turn) {
    const int clientSays = SSL_do_handshake(client.get());
    seen.done = SSL_do_handshake(server.get()) == 1 && clientSays == 1;
  }
  const unsigned char* alpn = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(server.get(), &alpn, &size);
  seen.alpn.assign(reinterpret_cast<const char*>(alpn), size);
  seen.version = SSL_get_version(server.get());
  return seen;
}

TEST_F(TlsSessions, TargetsAreReachedInEveryVersionUnlessVerified) {
  const auto plain = TlsContext::client(TlsContext::Verify::No, "").value();
  const auto verifying = TlsContext::client(TlsContext::Verify::Yes, "").value();
  const auto target = server();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_max_proto_version(target->native(), version);
    EXPECT_TRUE(reach(target->native(), *plain).done) << version;
    EXPECT_FALSE(reach(target->native(), *verifying).done) << "nobody vouches for it";
  }
}

TEST_F(TlsSessions, AlpnToTargetsFollowsTheGroup) {
  const auto target = server();
  const auto http2 = TlsContext::client(TlsContext::Verify::No, "", TargetProtocols::Http2).value();
  const auto http1 = TlsContext::client(TlsContext::Verify::No, "", TargetProtocols::None).value();
  EXPECT_EQ(reach(target->native(), *http2).alpn, "h2");
  const auto seen = reach(target->native(), *http1);
  EXPECT_TRUE(seen.done);
  EXPECT_EQ(seen.alpn, "");
}

/// Both ends over loopback; gives what the accepting one was told.
class Loopback : public TransportListener {
 public:
  Loopback(std::shared_ptr<const TlsContext> target, std::shared_ptr<const TlsContext> balancer,
           const std::string& name)
      : acceptor_(loop_, ListeningSocket::bind(*SocketAddress::parse("127.0.0.1", 0)).value(),
                  [this, target](int fd, const SocketAddress&) {
                    accepted_ = Transport::accepted(loop_, fd, target);
                    accepted_->start(*this);
                  }),
        made_(Transport::connecting(loop_, acceptor_.address(), std::move(balancer), name, {})) {
    made_->start(other_);
    loop_.run();
  }
  TlsFacts atTarget;

 private:
  struct Other : TransportListener {
    void onReady() override {}
    void onBytes(const ByteChunk&) override {}
    void onDrained() override {}
    void onClosed(const Error&) override {}
  };
  void onReady() override {
    atTarget = accepted_->tlsFacts();
    loop_.stop();
  }
  void onBytes(const ByteChunk&) override {}
  void onDrained() override {}
  void onClosed(const Error&) override { loop_.stop(); }

  EventLoop loop_;
  Other other_;
  Acceptor acceptor_;
  std::unique_ptr<Transport> accepted_, made_;
};

TEST_F(TlsSessions, TargetsHearTheirNameButNoAddress) {
  const auto balancer = TlsContext::client(TlsContext::Verify::No, "").value();
  EXPECT_EQ(Loopback(server(), balancer, "localhost").atTarget.serverName, "localhost");
  const auto byAddress = Loopback(server(), balancer, "127.0.0.1").atTarget;
  EXPECT_EQ(byAddress.serverName, "");
  EXPECT_EQ(byAddress.alpn, "h2");
  EXPECT_EQ(Loopback(server(), balancer, "::1").atTarget.serverName, "");
}

}  // namespace
}  // namespace spillway::net
