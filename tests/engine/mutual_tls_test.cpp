// SPDX-License-Identifier: GPL-3.0-or-later
// Client certificates: who is let in, what is said of them, and why others are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "engine/pki/openssl_pointers.h"
#include "tests/support/certificate_maker.h"
#include "tests/support/tls_pair.h"

namespace spillway::net {
namespace {

using test::CertificateWish;
using test::HandshakeOutcome;
using test::makeCertificate;
using test::makeRevocationList;
using test::shakeHands;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;
using Mode = ClientAuthentication::Mode;

class MutualTls : public ::testing::Test {
 protected:
  HandshakeOutcome connect(const ClientAuthentication& clients, const pki::IssuedCertificate* identity,
                           int version = TLS1_3_VERSION) {
    return shakeHands(serverFor(clients), {.lowest = version, .highest = version, .identity = identity});
  }
  std::shared_ptr<const TlsContext> serverFor(const ClientAuthentication& clients) {
    ServerTls settings;
    settings.certificates = {ServerCertificate::make(server_.certificatePem, server_.privateKeyPem).value()};
    settings.policy = securityPolicies().front();
    settings.clients = clients;
    return TlsContext::server(std::move(settings)).value();
  }
  ClientAuthentication verifying() const {
    return {.mode = Mode::Verify, .caCertificatesPem = root_.certificatePem};
  }
  void expectRefusal(const ClientAuthentication& clients, const pki::IssuedCertificate& identity,
                     const std::string& code) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      const auto result = connect(clients, &identity, version);
      EXPECT_FALSE(result.serverReady) << code;
      EXPECT_NE(result.clientError, "") << code;
      EXPECT_EQ(result.facts.verifyStatus, "Failed:" + code);
      EXPECT_EQ(result.facts.handshakeMicros, -1);
      ASSERT_TRUE(result.facts.clientCertificate) << "the connection log names the refused one, too";
    }
  }

  pki::IssuedCertificate server_ = makeCertificate({.names = {"shop.test"}});
  pki::IssuedCertificate root_ = makeCertificate({.commonName = "root", .isAuthority = true});
  pki::IssuedCertificate middle_ =
      makeCertificate({.commonName = "middle", .isAuthority = true, .serial = 7}, &root_);
  pki::IssuedCertificate good_ =
      makeCertificate({.commonName = "Grüße, \"du\"", .usage = "clientAuth"}, &root_);
};

TEST_F(MutualTls, OffAsksNobody) {
  const auto result = connect({}, &good_);
  EXPECT_FALSE(result.wasAsked);
  EXPECT_FALSE(result.facts.clientCertificate);
  EXPECT_EQ(result.facts.verifyStatus, "Success");
}

TEST_F(MutualTls, AGoodCertificateIsLetInAndDescribed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto result = connect(verifying(), &good_, version);
    ASSERT_TRUE(result.serverReady) << result.serverError;
    EXPECT_EQ(result.facts.verifyStatus, "Success");
    EXPECT_TRUE(result.caNames.empty());
    const auto& certificate = result.facts.clientCertificate;
    ASSERT_TRUE(certificate);
    EXPECT_EQ(certificate->subject, R"(CN=Gr\C3\BC\C3\9Fe\, \"du\",O=Test)");
    EXPECT_EQ(certificate->issuer, "CN=root,O=Test");
    EXPECT_EQ(certificate->serial, "0A1B2C");
    const std::string time = "20[0-9][0-9]-[0-9]+-[0-9]+T[0-9:]+Z";
    EXPECT_THAT(certificate->validity, MatchesRegex("NotBefore=" + time + ";NotAfter=" + time));
    EXPECT_EQ(certificate->leafPem, good_.certificatePem);
    EXPECT_EQ(certificate->chainPem, good_.certificatePem);
  }
}

TEST_F(MutualTls, IntermediatesComeFromTheClientOrFromTheStore) {
  const auto deep = makeCertificate({.commonName = "deep"}, &middle_);
  const auto result = connect(verifying(), &deep);
  ASSERT_TRUE(result.serverReady) << result.serverError;
  EXPECT_EQ(result.facts.clientCertificate->chainPem, deep.certificatePem) << "leaf, then the intermediate";
  EXPECT_NE(result.facts.clientCertificate->leafPem, deep.certificatePem);
  // A store that holds the intermediate alone.
  const ClientAuthentication partial{.mode = Mode::Verify, .caCertificatesPem = middle_.certificatePem};
  EXPECT_TRUE(connect(partial, &deep).serverReady);
  EXPECT_FALSE(connect(partial, &good_).serverReady);
}

TEST_F(MutualTls, BadCertificatesAreRefusedWithAlbsCode) {
  const auto otherRoot = makeCertificate({.commonName = "other", .isAuthority = true});
  expectRefusal(verifying(), makeCertificate({}, &otherRoot), "ClientCertUntrusted");
  expectRefusal(verifying(), makeCertificate({}), "ClientCertUntrusted");
  expectRefusal(verifying(), makeCertificate({.fromDay = -9, .toDay = -1}, &root_), "ClientCertExpired");
  expectRefusal(verifying(), makeCertificate({.fromDay = 1}, &root_), "ClientCertNotYetValid");
  expectRefusal(verifying(), makeCertificate({.usage = "serverAuth"}, &root_), "ClientCertPurposeInvalid");
  expectRefusal(verifying(), makeCertificate({.hash = "SHA1"}, &root_), "ClientCertTypeUnsupported");
  const auto noAuthority = makeCertificate({.commonName = "no CA", .usage = "clientAuth"}, &root_);
  expectRefusal(verifying(), makeCertificate({}, &noAuthority), "ClientCertInvalid");
}

TEST_F(MutualTls, AChainHasAtMostFourCertificatesBelowTheRoot) {
  pki::IssuedCertificate issuer = root_;
  std::vector<pki::IssuedCertificate> leaves;
  for (const char* name : {"one", "two", "three", "four"}) {
    issuer = makeCertificate({.commonName = name, .isAuthority = true}, &issuer);
    leaves.push_back(makeCertificate({}, &issuer));
  }
  EXPECT_TRUE(connect(verifying(), &leaves[2]).serverReady);
  expectRefusal(verifying(), leaves[3], "ClientCertMaxChainDepthExceeded");
}

TEST_F(MutualTls, AnOversizedCertificateMessageIsRefused) {
  CertificateWish wish;
  for (int i = 0; i < 4000; ++i)
    wish.names.push_back("name-of-many-" + std::to_string(i) + ".test");
  const auto huge = makeCertificate(wish, &root_);
  const auto result = connect(verifying(), &huge);
  EXPECT_FALSE(result.serverReady);
  EXPECT_EQ(result.facts.verifyStatus, "Failed:ClientCertMaxSizeExceeded");
}

TEST_F(MutualTls, VerifyWithoutACertificateEndsTheHandshake) {
  const auto result = connect(verifying(), nullptr);
  EXPECT_TRUE(result.wasAsked);
  EXPECT_FALSE(result.serverReady);
  EXPECT_EQ(result.facts.verifyStatus, "Failed:UnmappedConnectionError");
  EXPECT_FALSE(result.facts.clientCertificate);
}

TEST_F(MutualTls, ExpiryCanBeIgnored) {
  ClientAuthentication clients = verifying();
  clients.ignoreExpiry = true;
  const auto expired = makeCertificate({.fromDay = -9, .toDay = -1}, &root_);
  const auto result = connect(clients, &expired);
  EXPECT_TRUE(result.serverReady);
  EXPECT_EQ(result.facts.verifyStatus, "Success");
  expectRefusal(clients, makeCertificate({.fromDay = 1}, &root_), "ClientCertNotYetValid");
  const auto otherRoot = makeCertificate({.commonName = "other", .isAuthority = true});
  expectRefusal(clients, makeCertificate({.fromDay = -9, .toDay = -1}, &otherRoot), "ClientCertUntrusted");
}

TEST_F(MutualTls, RevokedCertificatesAreRefused) {
  ClientAuthentication clients = verifying();
  clients.revocationListsPem = {makeRevocationList(root_, {0x1111, 0x2222})};
  expectRefusal(clients, makeCertificate({.serial = 0x2222}, &root_), "ClientCertCrlHit");
  EXPECT_TRUE(connect(clients, &good_).serverReady);
  // The list of the root says nothing of what the intermediate issued, which has no list.
  const auto deep = makeCertificate({.serial = 0x2222}, &middle_);
  EXPECT_TRUE(connect(clients, &deep).serverReady);
  // A revoked intermediate takes its leaves with it.
  clients.revocationListsPem = {makeRevocationList(root_, {7})};
  expectRefusal(clients, deep, "ClientCertCrlHit");
}

TEST_F(MutualTls, AListOutOfDateGoesOnCounting) {
  ClientAuthentication clients = verifying();
  clients.revocationListsPem = {makeRevocationList(root_, {0x2222}, -1)};
  EXPECT_TRUE(connect(clients, &good_).serverReady);
  expectRefusal(clients, makeCertificate({.serial = 0x2222}, &root_), "ClientCertCrlHit");
}

TEST_F(MutualTls, AForgedListIsAProcessingError) {
  const auto forger = makeCertificate({.commonName = "root", .isAuthority = true});  // the same name
  ClientAuthentication clients = verifying();
  clients.revocationListsPem = {makeRevocationList(forger, {})};
  expectRefusal(clients, good_, "ClientCertCrlProcessingError");
}

TEST_F(MutualTls, NamesOfTheStoreAreAdvertisedWhenAsked) {
  ClientAuthentication clients = verifying();
  clients.advertiseCaNames = true;
  EXPECT_THAT(connect(clients, &good_).caNames, ElementsAre("/O=Test/CN=root"));
}

TEST_F(MutualTls, PassthroughTakesAnyAndNone) {
  const ClientAuthentication clients{.mode = Mode::Passthrough};
  const auto deep = makeCertificate({.fromDay = -9, .toDay = -1}, &middle_);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto result = connect(clients, &deep, version);
    ASSERT_TRUE(result.serverReady) << result.serverError;
    EXPECT_EQ(result.facts.verifyStatus, "Success");
    ASSERT_TRUE(result.facts.clientCertificate);
    EXPECT_EQ(result.facts.clientCertificate->chainPem, deep.certificatePem);
    const auto none = connect(clients, nullptr, version);
    EXPECT_TRUE(none.wasAsked);
    EXPECT_TRUE(none.serverReady);
    EXPECT_FALSE(none.facts.clientCertificate);
  }
}

TEST_F(MutualTls, NoSessionIsOfferedForResumption) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_TRUE(connect({}, nullptr, version).session) << "it is without mutual TLS";
    EXPECT_FALSE(connect(verifying(), &good_, version).session);
    EXPECT_FALSE(connect({.mode = Mode::Passthrough}, &good_, version).session);
  }
}

TEST_F(MutualTls, TheErrorSaysWhy) {
  const auto result = connect(verifying(), &server_);
  EXPECT_THAT(result.serverError, StartsWith("The client's certificate was refused: "));
}

}  // namespace
}  // namespace spillway::net
