// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pki/local_ca.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "engine/pki/certificate.h"
#include "engine/pki/key_file.h"
#include "engine/pki/openssl_pointers.h"
#include "tests/support/temporary_folder.h"

namespace spillway::pki {
namespace {

using test::TemporaryFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

unsigned int modeOf(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777u : 0;
}

std::string textOf(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

/// Whether OpenSSL, as a client would, trusts the chain for the name. 0 = yes, else X509_V_ERR_….
int verify(const std::string& chainPem, const std::string& authorityPem, const std::string& host) {
  const auto chain = parseCertificates(chainPem, "chain").value();
  const auto authority = parseCertificates(authorityPem, "authority").value();
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, authority.front().get());
  X509_STORE_CTX* run = X509_STORE_CTX_new();
  X509_STORE_CTX_init(run, store, chain.front().get(), nullptr);
  X509_STORE_CTX_set_purpose(run, X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM* expected = X509_STORE_CTX_get0_param(run);
  X509_VERIFY_PARAM_set_flags(expected, X509_V_FLAG_X509_STRICT);
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) != 1)
    X509_VERIFY_PARAM_set1_host(expected, host.c_str(), 0);
  X509_verify_cert(run);
  const int result = X509_STORE_CTX_get_error(run);
  X509_STORE_CTX_free(run);
  X509_STORE_free(store);
  return result;
}

std::chrono::hours lifeOf(const CertificateFacts& facts) {
  return std::chrono::duration_cast<std::chrono::hours>(facts.notAfter - facts.notBefore);
}

TEST(LocalCa, IsMadeOnceWithPrivateFiles) {
  const TemporaryFolder data;
  const auto first = LocalCa::open(data.file("deep/data"));
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->certificateFile(), data.file("deep/data/ca/ca.pem"));
  EXPECT_EQ(modeOf(data.file("deep/data/ca")), 0700u);
  EXPECT_EQ(modeOf(data.file("deep/data/ca/ca.key")), 0600u);
  EXPECT_EQ(modeOf(data.file("deep/data/ca/ca.pem")), 0644u);
  EXPECT_EQ(textOf(first->certificateFile()), first->certificatePem());

  const auto second = LocalCa::open(data.file("deep/data"));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->certificatePem(), first->certificatePem());

  const auto facts = readCertificate(first->certificatePem());
  ASSERT_TRUE(facts);
  EXPECT_THAT(facts->subject, StartsWith("CN=Spillway local CA "));
  EXPECT_EQ(facts->subject, facts->issuer);
  EXPECT_EQ(facts->keyDescription, "ECDSA P-256");
  EXPECT_EQ(lifeOf(*facts), std::chrono::hours(24 * 3652));
}

TEST(LocalCa, IsOneEvenWhenManyProcessesStartAtOnce) {
  const TemporaryFolder data;
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto ca = LocalCa::open(data.path());
      if (ca) write(data.file("seen-" + std::to_string(i)), ca->certificatePem());
      ::_exit(ca ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const std::string kept = textOf(data.file("ca/ca.pem"));
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(textOf(data.file("seen-" + std::to_string(i))), kept);
}

TEST(LocalCa, RefusesAKeyThatOthersCanRead) {
  const TemporaryFolder data;
  ASSERT_TRUE(LocalCa::open(data.path()));
  ::chmod(data.file("ca/ca.key").c_str(), 0640);
  const auto ca = LocalCa::open(data.path());
  ASSERT_FALSE(ca);
  EXPECT_EQ(ca.error().code, ErrorCode::AccessDenied);
  EXPECT_THAT(ca.error().detail,
              AllOf(HasSubstr(data.file("ca/ca.key")), HasSubstr("0640"), HasSubstr("0600")));
}

TEST(LocalCa, SaysWhichFileIsDamaged) {
  const TemporaryFolder data;
  ASSERT_TRUE(LocalCa::open(data.path()));
  const std::string certificate = textOf(data.file("ca/ca.pem"));

  write(data.file("ca/ca.pem"), "nonsense");
  EXPECT_THAT(LocalCa::open(data.path()).error().detail,
              AllOf(HasSubstr(data.file("ca/ca.pem")), HasSubstr("not a PEM certificate")));

  const TemporaryFolder other;
  ASSERT_TRUE(LocalCa::open(other.path()));
  write(data.file("ca/ca.pem"), textOf(other.file("ca/ca.pem")));
  EXPECT_THAT(LocalCa::open(data.path()).error().detail, HasSubstr("does not belong to"));

  write(data.file("ca/ca.pem"), certificate);
  ASSERT_EQ(::unlink(data.file("ca/ca.key").c_str()), 0);
  EXPECT_THAT(LocalCa::open(data.path()).error().detail, HasSubstr("No such file"));
}

TEST(LocalCa, IssuesCertificatesThatClientsTrust) {
  const TemporaryFolder data;
  const auto ca = LocalCa::open(data.path());
  ASSERT_TRUE(ca);
  const auto issued = ca->issue({"Route-Guide.localhost", "10.1.2.3", "*.example.test"});
  ASSERT_TRUE(issued) << issued.error().detail;
  for (const char* host :
       {"localhost", "127.0.0.1", "::1", "route-guide.localhost", "10.1.2.3", "a.example.test"})
    EXPECT_EQ(verify(issued->certificatePem, ca->certificatePem(), host), X509_V_OK) << host;
  EXPECT_EQ(verify(issued->certificatePem, ca->certificatePem(), "other.test"), X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_TRUE(checkKeyMatches(issued->certificatePem, issued->privateKeyPem));

  const auto facts = readCertificate(issued->certificatePem);
  ASSERT_TRUE(facts);
  EXPECT_THAT(facts->names, ElementsAre("route-guide.localhost", "10.1.2.3", "*.example.test", "localhost",
                                        "127.0.0.1", "::1"));
  EXPECT_EQ(lifeOf(*facts), std::chrono::hours(24 * 397));
  EXPECT_EQ(parseCertificates(issued->certificatePem, "chain").value().size(), 2u);
}

TEST(LocalCa, AnotherAuthorityIsNotTrusted) {
  const TemporaryFolder data, other;
  const auto issued = LocalCa::open(data.path())->issue({});
  ASSERT_TRUE(issued);
  EXPECT_NE(verify(issued->certificatePem, LocalCa::open(other.path())->certificatePem(), "localhost"),
            X509_V_OK);
}

class BadName : public ::testing::TestWithParam<const char*> {};

TEST_P(BadName, IsRefusedInWords) {
  const TemporaryFolder data;
  const auto issued = LocalCa::open(data.path())->issue({GetParam()});
  ASSERT_FALSE(issued);
  EXPECT_EQ(issued.error().code, ErrorCode::Invalid);
  EXPECT_THAT(issued.error().detail, HasSubstr("neither a DNS name nor an IP address"));
}

INSTANTIATE_TEST_SUITE_P(LocalCa, BadName,
                         ::testing::Values("", " ", "a b", "a..b", "-a", "a\nb", "x,IP:1.2.3.4", "256.1.1.1",
                                           "*", "a.*.b", "gr\xc3\xbc\xc3\x9f.test", "a/b", ".",
                                           "localhost:50051"));

TEST(LocalCa, KeepsWhatItIssuedOnce) {
  const TemporaryFolder data;
  const auto ca = LocalCa::open(data.path());
  const auto first = ca->issueOnce({"b.test", "a.test"});
  ASSERT_TRUE(first);
  EXPECT_EQ(modeOf(data.file("certificates")), 0700u);
  EXPECT_EQ(ca->issueOnce({"a.test", "B.test"})->certificatePem, first->certificatePem);
  EXPECT_NE(ca->issueOnce({"a.test"})->certificatePem, first->certificatePem);
  for (const auto& entry : std::filesystem::directory_iterator(data.file("certificates")))
    EXPECT_EQ(modeOf(entry.path()), entry.path().extension() == ".pem" ? 0644u : 0600u) << entry.path();
}

TEST(LocalCa, IssuesAgainWhenTheKeptOneIsDamagedOrTheAuthorityIsAnother) {
  const TemporaryFolder data;
  const auto first = LocalCa::open(data.path())->issueOnce({"a.test"});
  ASSERT_TRUE(first);
  for (const auto& entry : std::filesystem::directory_iterator(data.file("certificates")))
    if (entry.path().extension() == ".pem") write(entry.path(), "damaged");
  const auto second = LocalCa::open(data.path())->issueOnce({"a.test"});
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_NE(second->certificatePem, first->certificatePem);

  std::filesystem::remove_all(data.file("ca"));
  const auto ca = LocalCa::open(data.path());
  const auto third = ca->issueOnce({"a.test"});
  ASSERT_TRUE(third);
  EXPECT_EQ(verify(third->certificatePem, ca->certificatePem(), "a.test"), X509_V_OK);
}

TEST(LocalCa, IssueOnceIsOneForManyThreads) {
  const TemporaryFolder data;
  const auto ca = LocalCa::open(data.path());
  std::vector<std::string> seen(6);
  std::vector<std::thread> threads;
  for (auto& certificate : seen)
    threads.emplace_back([&] { certificate = ca->issueOnce({"a.test"})->certificatePem; });
  for (auto& thread : threads)
    thread.join();
  EXPECT_THAT(seen, ::testing::Each(seen.front()));
}

TEST(KeyFile, ErrorsNameTheFileAndWhatIsWrong) {
  const TemporaryFolder folder;
  const std::string file = folder.file("x.pem");
  EXPECT_THAT(readCertificateFile(file).error().detail, AllOf(HasSubstr(file), HasSubstr("No such file")));
  EXPECT_THAT(readCertificateFile(folder.path()).error().detail, HasSubstr("not an ordinary file"));
  write(file, "");
  EXPECT_THAT(readCertificateFile(file).error().detail, HasSubstr("not a PEM certificate"));
  EXPECT_THAT(readPrivateKeyFile(file).error().detail,
              AllOf(HasSubstr(file), HasSubstr("not a PEM private key")));
  write(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  EXPECT_THAT(readCertificateFile(file).error().detail, HasSubstr("damaged certificate"));
  write(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  EXPECT_THAT(readPrivateKeyFile(file).error().detail, HasSubstr("damaged private key"));
}

TEST(KeyFile, AKeyWithPassphraseIsRefusedWithoutAsking) {
  const TemporaryFolder folder;
  const KeyPointer key{EVP_EC_gen("P-256")};
  std::FILE* file = std::fopen(folder.file("locked.key").c_str(), "w");
  char passphrase[] = "secret";
  PEM_write_PKCS8PrivateKey(file, key.get(), EVP_aes_128_cbc(), passphrase, 6, nullptr, nullptr);
  std::fclose(file);
  EXPECT_THAT(readPrivateKeyFile(folder.file("locked.key")).error().detail, HasSubstr("passphrase"));
}

TEST(Certificate, KeyOfAnotherCertificateDoesNotMatch) {
  const TemporaryFolder data;
  const auto ca = LocalCa::open(data.path());
  const auto one = ca->issue({}), two = ca->issue({});
  EXPECT_THAT(checkKeyMatches(one->certificatePem, two->privateKeyPem).error().detail,
              HasSubstr("does not belong to the certificate"));
}

}  // namespace
}  // namespace spillway::pki
