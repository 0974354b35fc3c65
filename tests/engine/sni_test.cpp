// SPDX-License-Identifier: GPL-3.0-or-later
// Which certificate a listener shows to whom.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "engine/net/server_certificate.h"
#include "tests/support/certificate_maker.h"
#include "tests/support/tls_pair.h"

namespace spillway::net {
namespace {

using test::CertificateWish;
using test::ClientHello;
using test::idOf;
using test::makeCertificate;
using test::shakeHands;

std::shared_ptr<const ServerCertificate> load(const pki::IssuedCertificate& pair) {
  return ServerCertificate::make(pair.certificatePem, pair.privateKeyPem).value();
}

std::shared_ptr<const TlsContext> serverWith(const std::vector<pki::IssuedCertificate>& pairs,
                                             const char* policy = "ELBSecurityPolicy-TLS13-1-0-2021-06") {
  ServerTls settings;
  for (const auto& pair : pairs)
    settings.certificates.push_back(load(pair));
  settings.policy = *findSecurityPolicy(policy);
  return TlsContext::server(std::move(settings)).value();
}

TEST(ServerCertificate, AWildcardCoversExactlyOneLabel) {
  const auto star = load(makeCertificate({.names = {"*.example.com"}}));
  EXPECT_TRUE(star->covers("a.example.com"));
  EXPECT_TRUE(star->covers("A.Example.COM"));
  EXPECT_FALSE(star->covers("example.com"));
  EXPECT_FALSE(star->covers("a.b.example.com"));
  EXPECT_FALSE(star->covers(".example.com"));
  EXPECT_FALSE(star->covers("a.example.com.org"));
  EXPECT_FALSE(star->covers(""));
  EXPECT_FALSE(load(makeCertificate({.names = {"a*.example.com"}}))->covers("ab.example.com"));
}

TEST(ServerCertificate, TheCommonNameCountsOnlyWithoutAlternativeNames) {
  EXPECT_TRUE(load(makeCertificate({.commonName = "old.test"}))->covers("old.test"));
  EXPECT_FALSE(load(makeCertificate({.commonName = "old.test", .names = {"new.test"}}))->covers("old.test"));
}

TEST(ServerCertificate, AlbsOrderOfChoice) {
  // Each beats the next one, whatever the later criteria say.
  const std::vector<CertificateWish> order{
      {.key = "P-384", .hash = "SHA384", .toDay = 60},
      {.key = "P-384", .hash = "SHA384", .toDay = 30},
      {.key = "P-256", .hash = "SHA384", .toDay = 90},
      {.key = "P-384", .hash = "SHA256", .toDay = 90},
      {.key = "P-384", .hash = "SHA512", .fromDay = -9, .toDay = -1},  // expired
      {.key = "RSA-3072", .hash = "SHA256", .toDay = 30},
      {.key = "RSA-2048", .hash = "SHA256", .toDay = 90},
      {.key = "RSA-3072", .hash = "MD5", .toDay = 90},
      {.key = "RSA-3072", .hash = "SHA512", .fromDay = -9, .toDay = -1},
  };
  ServerCertificates all;
  for (auto wish = order.rbegin(); wish != order.rend(); ++wish) {
    CertificateWish named = *wish;
    named.names = {"shop.test"};
    all.insert(all.begin(), load(makeCertificate(named)));
  }
  ServerCertificates shuffled{all[4], all[8], all[0], all[6], all[2], all[7], all[1], all[5], all[3]};
  std::vector<const ServerCertificate*> expected;
  for (const auto& one : all)
    expected.push_back(one.get());
  EXPECT_EQ(candidatesFor(shuffled, "shop.test", wallNow()), expected);
  EXPECT_TRUE(candidatesFor(shuffled, "other.test", wallNow()).empty());
  EXPECT_TRUE(candidatesFor(shuffled, "", wallNow()).empty());
}

class Sni : public ::testing::Test {
 protected:
  pki::IssuedCertificate default_ = makeCertificate({.names = {"default.test"}});
  pki::IssuedCertificate shopRsa_ = makeCertificate({.names = {"shop.test"}, .key = "RSA-2048"});
  pki::IssuedCertificate shopEc_ = makeCertificate({.names = {"shop.test"}});
  pki::IssuedCertificate star_ = makeCertificate({.names = {"*.shop.test"}});
  std::shared_ptr<const TlsContext> server_ = serverWith({default_, shopRsa_, shopEc_, star_});

  void expectChoice(const ClientHello& hello, const pki::IssuedCertificate& chosen, bool covered) {
    const auto result = shakeHands(server_, hello);
    EXPECT_EQ(result.clientError, "");
    EXPECT_EQ(result.peerId, idOf(chosen)) << hello.serverName;
    EXPECT_EQ(result.facts.certificateId, idOf(chosen)) << hello.serverName;
    EXPECT_EQ(result.facts.nameIsCovered, covered) << hello.serverName;
    EXPECT_EQ(result.facts.serverName, hello.serverName);
  }
};

TEST_F(Sni, TheNameChooses) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto hello = [&](const char* name) {
      return ClientHello{.serverName = name, .lowest = version, .highest = version};
    };
    expectChoice(hello("shop.test"), shopEc_, true);
    expectChoice(hello("SHOP.test"), shopEc_, true);
    expectChoice(hello("a.shop.test"), star_, true);
    expectChoice(hello("default.test"), default_, true);
  }
}

TEST_F(Sni, TheDefaultStandsInWhenNothingMatches) {
  expectChoice({.serverName = "a.b.shop.test"}, default_, false);
  expectChoice({.serverName = "unknown.test"}, default_, false);
  expectChoice({}, default_, false);
}

TEST_F(Sni, AClientWithoutEcdsaGetsTheRsaCertificate) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
    expectChoice({.serverName = "shop.test",
                  .lowest = version,
                  .highest = version,
                  .signatures = "RSA-PSS+SHA256:RSA+SHA256"},
                 shopRsa_, true);
}

TEST_F(Sni, BeforeTls13TheCiphersCountToo) {
  expectChoice(
      {.serverName = "shop.test", .highest = TLS1_2_VERSION, .ciphers = "ECDHE-RSA-AES128-GCM-SHA256"},
      shopRsa_, true);
  expectChoice({.serverName = "shop.test",
                .highest = TLS1_2_VERSION,
                .ciphers = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"},
               shopEc_, true);
  expectChoice({.serverName = "shop.test", .highest = TLS1_1_VERSION, .ciphers = "AES128-SHA:@SECLEVEL=0"},
               shopRsa_, true);
}

TEST_F(Sni, ResumedSessionsNameNoCertificate) {
  const auto first = shakeHands(server_, {.serverName = "shop.test", .highest = TLS1_2_VERSION});
  ASSERT_TRUE(first.session);
  const auto second = shakeHands(
      server_, {.serverName = "shop.test", .highest = TLS1_2_VERSION, .session = first.session.get()});
  EXPECT_TRUE(second.facts.sessionReused);
  EXPECT_EQ(second.facts.certificateId, "");
  EXPECT_TRUE(second.facts.nameIsCovered);
}

TEST_F(Sni, TheWholeChainIsSent) {
  const auto root = makeCertificate({.commonName = "root", .isAuthority = true});
  const auto middle = makeCertificate({.commonName = "middle", .isAuthority = true}, &root);
  const auto leaf = makeCertificate({.names = {"deep.test"}}, &middle);
  const auto made = load(leaf);
  EXPECT_EQ(sk_X509_num(made->chain()), 1);
  const auto result = shakeHands(serverWith({default_, leaf}), {.serverName = "deep.test"});
  EXPECT_EQ(result.facts.certificateId, idOf(leaf));
}

}  // namespace
}  // namespace spillway::net
