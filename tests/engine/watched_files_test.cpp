// SPDX-License-Identifier: GPL-3.0-or-later
// Certificates and trust stores of a document: read, refused, replaced.
#include "engine/balance/watched_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <filesystem>

#include "engine/balance/compile.h"
#include "tests/support/certificate_maker.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tls_pair.h"

namespace spillway::balance {
namespace {

using config::Certificate;
using test::idOf;
using test::makeCertificate;
using test::shakeHands;
using test::writeFile;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using Mode = config::MutualAuthentication::Mode;

class CertificateFiles : public ::testing::Test {
 protected:
  CertificateFiles() {
    config::Listener listener;
    listener.certificates = {{Certificate::Source::Files, {}, file("a.pem"), file("a.key"), ""},
                             {Certificate::Source::Pkcs12, {}, file("b.p12"), "", file("b.password")},
                             {Certificate::Source::LocalCa, {"local.test"}, "", "", ""}};
    listener.mutualAuthentication = {Mode::Verify, "clients", false, false};
    listener.defaultActions = {config::forwardTo("g")};
    config::LoadBalancer balancer;
    balancer.name = "shop";
    balancer.listeners = {listener};
    config::TargetGroup group;
    group.name = "g";
    document_.loadBalancers = {balancer};
    document_.targetGroups = {group};
    document_.trustStores = {{"clients", file("ca.pem"), {file("one.crl")}}};
    write(first_);
    writeFile(file("b.p12"), test::makePkcs12(makeCertificate({.names = {"b.test"}}), "word"));
    writeFile(file("b.password"), "word\n");
    writeFile(file("ca.pem"), root_.certificatePem);
    writeFile(file("one.crl"), test::makeRevocationList(root_, {1}));
  }
  std::string file(const std::string& name) const { return folder_.file(name); }
  void write(const pki::IssuedCertificate& pair) {
    writeFile(file("a.pem"), pair.certificatePem);
    writeFile(file("a.key"), pair.privateKeyPem);
  }
  auto compiled() { return compile(document_, runtimes_, names_, folder_.path() + "/data"); }
  void expectProblem(const std::string& path, const std::string& words) {
    const auto result = compiled();
    ASSERT_FALSE(result) << path;
    EXPECT_THAT(result.error(), ::testing::Contains(AllOf(Field(&config::Issue::path, path),
                                                          Field(&config::Issue::message, HasSubstr(words)))));
  }
  config::Listener& listener() { return document_.loadBalancers[0].listeners[0]; }

  test::TemporaryFolder folder_;
  observe::MetricsRegistry metrics_;
  RuntimeRegistry runtimes_{metrics_};
  net::EventLoop loop_;
  net::ResolvedNames names_{loop_, [] {}};
  config::Document document_;
  pki::IssuedCertificate root_ = makeCertificate({.commonName = "root", .isAuthority = true});
  pki::IssuedCertificate first_ = makeCertificate({.names = {"a.test"}});
  pki::IssuedCertificate client_ = makeCertificate({.serial = 2}, &root_);
};

TEST_F(CertificateFiles, AreAllServed) {
  const auto snapshot = compiled();
  ASSERT_TRUE(snapshot) << config::describe(snapshot.error().front());
  const auto& tls = (*snapshot)->listeners[0]->tls;
  ASSERT_EQ(tls->certificates().size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const char* names[] = {"a.test", "b.test", "local.test"};
    const auto result = shakeHands(tls, {.serverName = names[i], .identity = &client_});
    EXPECT_EQ(result.facts.certificateId, tls->certificates()[i]->id()) << names[i];
    EXPECT_TRUE(result.facts.nameIsCovered);
  }
  const auto revoked = makeCertificate({.serial = 1}, &root_);
  EXPECT_EQ(shakeHands(tls, {.identity = &revoked}).facts.verifyStatus, "Failed:ClientCertCrlHit");
}

TEST_F(CertificateFiles, Http2CanBeSwitchedOff) {
  listener().mutualAuthentication = {};
  const std::string both("\x02h2\x08http/1.1");
  EXPECT_EQ(shakeHands(compiled().value()->listeners[0]->tls, {.protocols = both}).facts.alpn, "h2");
  document_.loadBalancers[0].attributes.http2Enabled = false;
  EXPECT_EQ(shakeHands(compiled().value()->listeners[0]->tls, {.protocols = both}).facts.alpn, "http/1.1");
}

TEST_F(CertificateFiles, ProblemsNameTheFieldAndTheFile) {
  const std::string path = "loadBalancers[0].listeners[0].certificates";
  writeFile(file("b.password"), "wrong");
  expectProblem(path + "[1].certificateFile", "password does not open the file " + file("b.p12"));
  writeFile(file("one.crl"), "no list");
  expectProblem("trustStores[0].revocationFiles[0]", file("one.crl") + " is not a PEM revocation list");
  writeFile(file("ca.pem"), "no certificate");
  expectProblem("trustStores[0].caCertificatesFile", file("ca.pem"));
  expectProblem("loadBalancers[0].listeners[0].mutualAuthentication.trustStore", "cannot be read");
  writeFile(file("a.key"), makeCertificate({}).privateKeyPem);
  expectProblem(path + "[0].privateKeyFile", "does not belong");
  write(makeCertificate({.key = "ED25519"}));
  expectProblem(path + "[0]", "Ed25519 key, which ALB refuses");
  document_.monitoring.tlsKeyLogFile = "/no/such/folder/keys";
  expectProblem("monitoring.tlsKeyLogFile", "/no/such/folder/keys");
}

TEST_F(CertificateFiles, ATrustStoreHasAlbsSize) {
  std::string bundle;
  for (int i = 0; i < 26; ++i)
    bundle += root_.certificatePem;
  writeFile(file("ca.pem"), bundle);
  expectProblem("trustStores[0].caCertificatesFile", file("ca.pem") + " holds 26 CA certificates");
}

TEST_F(CertificateFiles, AreListedOnceEach) {
  document_.loadBalancers[0].listeners.push_back(listener());
  EXPECT_THAT(watchedFiles(document_), ElementsAre(file("a.key"), file("a.pem"), file("b.p12"),
                                                   file("b.password"), file("ca.pem"), file("one.crl")));
  EXPECT_TRUE(watchedFiles({}).empty());
}

TEST_F(CertificateFiles, TheStampTellsOfEachChange) {
  const auto files = watchedFiles(document_);
  auto before = stampOf(files);
  EXPECT_EQ(stampOf(files), before);
  const auto expectChange = [&](const char* what) {
    EXPECT_NE(stampOf(files), before) << what;
    before = stampOf(files);
  };
  writeFile(file("a.pem"), first_.certificatePem + "# longer\n");
  expectChange("written");
  writeFile(file("new"), "x");
  std::filesystem::rename(file("new"), file("a.key"));
  expectChange("replaced");
  std::filesystem::remove(file("one.crl"));
  expectChange("removed");
  writeFile(file("one.crl"), "x");
  expectChange("made");
  writeFile(file("other"), "x");
  EXPECT_EQ(stampOf(files), before) << "other files do not count";
}

TEST_F(CertificateFiles, AReplacementIsServedOnceItIsWhole) {
  const auto running = compiled().value();
  EXPECT_EQ(running->listeners[0]->tls->certificateId(), idOf(first_));
  const auto second = makeCertificate({.names = {"a.test"}, .serial = 3});
  writeFile(file("a.pem"), second.certificatePem);
  EXPECT_FALSE(compiled()) << "the key is still the old one";
  EXPECT_EQ(shakeHands(running->listeners[0]->tls, {.serverName = "a.test", .identity = &client_}).peerId,
            idOf(first_))
      << "what runs goes on";
  writeFile(file("a.key"), second.privateKeyPem);
  EXPECT_EQ(compiled().value()->listeners[0]->tls->certificateId(), idOf(second));
}

}  // namespace
}  // namespace spillway::balance
