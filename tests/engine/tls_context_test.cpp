// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/tls_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <set>

#include "engine/config/model.h"
#include "engine/config/security_policy_names.h"
#include "engine/pki/certificate.h"
#include "engine/pki/local_ca.h"
#include "engine/pki/openssl_pointers.h"
#include "tests/support/temporary_folder.h"

namespace spillway::net {
namespace {

using test::TemporaryFolder;
using ::testing::HasSubstr;

using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

struct Handshake {
  bool done = false;
  std::string alpn, version, cipher, clientError;
};

std::string errorText() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason != nullptr ? reason : "";
}

/// Runs a handshake in memory until it is done or one side gives up.
Handshake shakeHands(SSL* server, SSL* client) {
  BIO *serverEnd = nullptr, *clientEnd = nullptr;
  BIO_new_bio_pair(&serverEnd, 0, &clientEnd, 0);
  SSL_set_bio(server, serverEnd, serverEnd);
  SSL_set_bio(client, clientEnd, clientEnd);
  SSL_set_accept_state(server);
  SSL_set_connect_state(client);
  Handshake result;
  for (int turn = 0; turn < 20 && !result.done && result.clientError.empty(); ++turn) {
    ERR_clear_error();
    const int clientSays = SSL_do_handshake(client);
    if (clientSays <= 0 && SSL_get_error(client, clientSays) == SSL_ERROR_SSL)
      result.clientError = errorText();
    ERR_clear_error();
    const int serverSays = SSL_do_handshake(server);
    result.done = clientSays == 1 && serverSays == 1;
  }
  ERR_clear_error();
  const unsigned char* alpn = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(client, &alpn, &size);
  result.alpn.assign(reinterpret_cast<const char*>(alpn), size);
  result.version = SSL_get_version(client);
  if (SSL_get_current_cipher(client) != nullptr) result.cipher = SSL_get_cipher_name(client);
  return result;
}

class Tls : public ::testing::Test {
 protected:
  std::shared_ptr<const TlsContext> serverWith(const char* policy) {
    auto made =
        TlsContext::server(issued_.certificatePem, issued_.privateKeyPem, *findSecurityPolicy(policy));
    EXPECT_TRUE(made) << made.error().detail;
    return *made;
  }
  /// A client that offers these protocols in wire format ("" = no ALPN) and versions.
  Handshake connect(const TlsContext& context, const std::string& protocols, int lowest = TLS1_2_VERSION,
                    int highest = TLS1_3_VERSION, const char* ciphers = "ALL:@SECLEVEL=0") {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> other{SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free};
    SSL_CTX_set_min_proto_version(other.get(), lowest);
    SSL_CTX_set_max_proto_version(other.get(), highest);
    SSL_CTX_set_cipher_list(other.get(), ciphers);
    if (!protocols.empty())
      SSL_CTX_set_alpn_protos(other.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                              static_cast<unsigned>(protocols.size()));
    const Session server{SSL_new(context.native()), &SSL_free}, client{SSL_new(other.get()), &SSL_free};
    return shakeHands(server.get(), client.get());
  }

  TemporaryFolder data_;
  pki::LocalCa ca_ = pki::LocalCa::open(data_.path()).value();
  pki::IssuedCertificate issued_ = ca_.issue({"route-guide.localhost"}).value();
};

TEST_F(Tls, ChoosesHttp2BeforeHttp1WhateverTheClientPrefers) {
  const auto context = serverWith(config::kDefaultSslPolicy);
  EXPECT_EQ(connect(*context, "\x08http/1.1\x02h2").alpn, "h2");
  EXPECT_EQ(connect(*context, "\x05other\x08http/1.1").alpn, "http/1.1");
  const auto none = connect(*context, "");
  EXPECT_TRUE(none.done);
  EXPECT_EQ(none.alpn, "");
}

TEST_F(Tls, RefusesAClientThatOffersNoneOfOurProtocols) {
  const auto result = connect(*serverWith(config::kDefaultSslPolicy), "\x05other");
  EXPECT_FALSE(result.done);
  EXPECT_THAT(result.clientError, HasSubstr("no application protocol"));
}

TEST_F(Tls, PolicyBoundsTheVersions) {
  const auto standard = serverWith(config::kDefaultSslPolicy);
  EXPECT_EQ(connect(*standard, "\x02h2").version, "TLSv1.3");
  EXPECT_EQ(connect(*standard, "\x02h2", TLS1_2_VERSION, TLS1_2_VERSION).version, "TLSv1.2");
  EXPECT_FALSE(connect(*standard, "\x02h2", TLS1_VERSION, TLS1_1_VERSION).done);
  EXPECT_FALSE(
      connect(*serverWith("ELBSecurityPolicy-TLS13-1-3-2021-06"), "\x02h2", TLS1_2_VERSION, TLS1_2_VERSION)
          .done);
  EXPECT_FALSE(connect(*serverWith("ELBSecurityPolicy-TLS-1-2-2017-01"), "\x02h2", TLS1_3_VERSION).done);
  const auto old = serverWith("ELBSecurityPolicy-2016-08");
  EXPECT_EQ(connect(*old, "\x08http/1.1", TLS1_VERSION, TLS1_VERSION).version, "TLSv1");
  EXPECT_EQ(connect(*old, "\x08http/1.1", TLS1_1_VERSION, TLS1_1_VERSION).version, "TLSv1.1");
}

TEST_F(Tls, TheServersOrderOfCiphersDecides) {
  const auto result =
      connect(*serverWith("ELBSecurityPolicy-2016-08"), "\x02h2", TLS1_2_VERSION, TLS1_2_VERSION,
              "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_EQ(result.cipher, "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_F(Tls, ServerKnowsItsCertificate) {
  EXPECT_EQ(serverWith(config::kDefaultSslPolicy)->certificateId(),
            pki::readCertificate(issued_.certificatePem)->fingerprint);
}

TEST_F(Tls, ClientVerifiesOnlyWhenAskedTo) {
  const auto server = serverWith(config::kDefaultSslPolicy);
  const auto verdict = [&](TlsContext::Verify verify, const std::string& caFile, const char* host) {
    const auto context = TlsContext::client(verify, caFile).value();
    const Session serverEnd{SSL_new(server->native()), &SSL_free},
        client{SSL_new(context->native()), &SSL_free};
    SSL_set1_host(client.get(), host);
    return shakeHands(serverEnd.get(), client.get());
  };
  EXPECT_EQ(verdict(TlsContext::Verify::No, "", "other.test").alpn, "h2");
  EXPECT_TRUE(verdict(TlsContext::Verify::Yes, ca_.certificateFile(), "route-guide.localhost").done);
  EXPECT_THAT(verdict(TlsContext::Verify::Yes, ca_.certificateFile(), "other.test").clientError,
              HasSubstr("certificate verify failed"));
  EXPECT_THAT(verdict(TlsContext::Verify::Yes, "", "localhost").clientError,
              HasSubstr("certificate verify failed"));
  EXPECT_THAT(TlsContext::client(TlsContext::Verify::Yes, "/no/such.pem").error().detail,
              HasSubstr("/no/such.pem"));
}

TEST_F(Tls, BadCertificatesAreRefusedInWords) {
  const auto& policy = securityPolicies().front();
  const auto refusal = [&](const std::string& certificate, const std::string& key) {
    const auto made = TlsContext::server(certificate, key, policy);
    return made ? std::string("accepted") : made.error().detail;
  };
  EXPECT_THAT(refusal("text", issued_.privateKeyPem), HasSubstr("The certificate is not a PEM certificate"));
  EXPECT_THAT(refusal(issued_.certificatePem, "text"), HasSubstr("The private key is not a PEM private key"));
  EXPECT_THAT(refusal(issued_.certificatePem, ca_.issue({})->privateKeyPem),
              HasSubstr("does not belong to the certificate"));
}

/// A key as PEM text, to be refused for its kind.
std::string pemOf(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

TEST_F(Tls, KeysThatAlbRefusesAreRefused) {
  const pki::KeyPointer edwards{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  EXPECT_THAT(TlsContext::server(issued_.certificatePem, pemOf(edwards.get()), securityPolicies().front())
                  .error()
                  .detail,
              HasSubstr("Ed25519"));
  const pki::KeyPointer small{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024})};
  EXPECT_THAT(TlsContext::server(issued_.certificatePem, pemOf(small.get()), securityPolicies().front())
                  .error()
                  .detail,
              HasSubstr("1024"));
}

TEST(SecurityPolicies, AllAreKnownToThisOpenSsl) {
  const TemporaryFolder data;
  const auto issued = pki::LocalCa::open(data.path())->issue({});
  EXPECT_EQ(securityPolicies().front().name, config::kDefaultSslPolicy);
  std::set<std::string_view> names;
  for (const auto& policy : securityPolicies()) {
    const auto context = TlsContext::server(issued->certificatePem, issued->privateKeyPem, policy);
    ASSERT_TRUE(context) << policy.name << ": " << context.error().detail;
    names.insert(policy.name);
    std::string taken;  // OpenSSL leaves out silently what it does not know
    STACK_OF(SSL_CIPHER)* list = SSL_CTX_get_ciphers((*context)->native());
    for (int i = 0; i < sk_SSL_CIPHER_num(list); ++i) {
      const std::string name = SSL_CIPHER_get_name(sk_SSL_CIPHER_value(list, i));
      if (name.rfind("TLS_", 0) == 0) continue;
      taken += (taken.empty() ? "" : ":") + name;
    }
    if (policy.maximumVersion == "TLSv1.3" && policy.minimumVersion == "TLSv1.3") continue;
    EXPECT_EQ(taken, policy.ciphers) << policy.name;
  }
  // What validation accepts is what the listeners can be given.
  EXPECT_THAT(names, ::testing::UnorderedElementsAreArray(config::kSecurityPolicyNames));
}

TEST(SecurityPolicies, FollowTheUserGuide) {
  EXPECT_EQ(findSecurityPolicy("ELBSecurityPolicy-Nonsense"), nullptr);
  EXPECT_EQ(findSecurityPolicy(config::kDefaultSslPolicy)->ciphers,
            "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
            "ECDHE-RSA-AES256-GCM-SHA384");
  EXPECT_EQ(
      findSecurityPolicy("ELBSecurityPolicy-2016-08")->ciphers,
      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA256:"
      "ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-GCM-SHA384:"
      "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:"
      "ECDHE-RSA-AES256-SHA:AES128-GCM-SHA256:AES128-SHA256:AES128-SHA:AES256-GCM-SHA384:AES256-SHA256:"
      "AES256-SHA");
  EXPECT_THAT(findSecurityPolicy("ELBSecurityPolicy-FS-2018-06")->ciphers,
              ::testing::EndsWith("ECDHE-RSA-AES256-SHA:ECDHE-ECDSA-AES256-SHA"));
}

}  // namespace
}  // namespace spillway::net
