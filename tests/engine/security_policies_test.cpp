// SPDX-License-Identifier: GPL-3.0-or-later
// Every policy against every version, with real handshakes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <map>
#include <sstream>

#include "engine/config/security_policy_names.h"
#include "tests/support/certificate_maker.h"
#include "tests/support/tls_pair.h"

namespace spillway::net {
namespace {

using test::makeCertificate;
using test::shakeHands;

const std::map<std::string, int> kVersions{{"TLSv1", TLS1_VERSION},
                                           {"TLSv1.1", TLS1_1_VERSION},
                                           {"TLSv1.2", TLS1_2_VERSION},
                                           {"TLSv1.3", TLS1_3_VERSION}};

std::shared_ptr<const TlsContext> serverWith(const std::string& policy, const std::string& key) {
  static std::map<std::string, pki::IssuedCertificate> pairs;
  if (!pairs.contains(key)) pairs[key] = makeCertificate({.key = key});
  return TlsContext::server(pairs[key].certificatePem, pairs[key].privateKeyPem, *findSecurityPolicy(policy))
      .value();
}

TEST(PolicyMatrix, EachTakesItsVersionsAndNoOther) {
  for (const auto& policy : securityPolicies()) {
    const auto server = serverWith(policy.name, "P-256");
    for (const auto& [name, number] : kVersions) {
      const auto result = shakeHands(server, {.lowest = number, .highest = number});
      const bool allowed =
          kVersions.at(policy.minimumVersion) <= number && number <= kVersions.at(policy.maximumVersion);
      EXPECT_EQ(result.serverReady, allowed) << policy.name << " " << name << " " << result.serverError;
      if (!allowed) {
        EXPECT_EQ(result.facts.verifyStatus, "Failed:UnmappedConnectionError");
        continue;
      }
      EXPECT_EQ(result.facts.protocol, name);
      EXPECT_EQ(result.facts.protocol, result.version);
      EXPECT_EQ(result.facts.cipher, result.cipher);
      EXPECT_GT(result.facts.handshakeMicros, 0);
    }
  }
}

/// The ciphers of a list that go with this key and version: what is left of them in order is what a client
/// that offers everything but those taken before must get.
std::vector<std::string> ciphersFor(const std::string& list, const std::string& key) {
  std::vector<std::string> found;
  std::istringstream stream(list);
  for (std::string cipher; std::getline(stream, cipher, ':');) {
    const bool ecdsa = cipher.starts_with("ECDHE-ECDSA");
    if (ecdsa == key.starts_with("P-")) found.push_back(cipher);
  }
  return found;
}

TEST(PolicyMatrix, TheServersOrderDecidesDownToTheLastCipher) {
  for (const char* policy :
       {"ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-FS-1-2-2019-08",
        "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"}) {
    for (const char* key : {"P-256", "RSA-2048"}) {
      const auto server = serverWith(policy, key);
      std::string excluded = "ALL:@SECLEVEL=0";
      for (const auto& expected : ciphersFor(findSecurityPolicy(policy)->ciphers, key)) {
        const auto result =
            shakeHands(server, {.lowest = TLS1_2_VERSION, .highest = TLS1_2_VERSION, .ciphers = excluded});
        EXPECT_EQ(result.cipher, expected) << policy;
        excluded += ":!" + expected;
      }
      EXPECT_FALSE(
          shakeHands(server, {.lowest = TLS1_2_VERSION, .highest = TLS1_2_VERSION, .ciphers = excluded})
              .serverReady)
          << policy << " has no more";
    }
  }
}

TEST(PolicyMatrix, TheKeyExchangeHasItsName) {
  for (const auto& [name, number] : kVersions) {
    const auto result = shakeHands(serverWith("ELBSecurityPolicy-TLS13-1-0-2021-06", "P-256"),
                                   {.lowest = number, .highest = number});
    EXPECT_EQ(result.facts.keyExchange, "x25519") << name;
  }
  const auto rsa = shakeHands(serverWith("ELBSecurityPolicy-2016-08", "RSA-2048"),
                              {.highest = TLS1_2_VERSION, .ciphers = "AES128-SHA"});
  EXPECT_EQ(rsa.facts.keyExchange, "");
}

TEST(FipsPolicies, ArePlayedByTheNearestOne) {
  for (const auto& fips : config::kFipsPolicyNames) {
    const auto* policy = findSecurityPolicy(std::string(fips.name));
    ASSERT_NE(policy, nullptr) << fips.name;
    EXPECT_EQ(policy->name, fips.standIn);
    const std::string lowest = std::string(fips.name).substr(sizeof "ELBSecurityPolicy-TLS13-1-" - 1, 1);
    EXPECT_EQ(policy->minimumVersion, lowest == "0" ? "TLSv1" : "TLSv1." + lowest) << fips.name;
    EXPECT_EQ(policy->maximumVersion, "TLSv1.3") << fips.name;
  }
}

}  // namespace
}  // namespace spillway::net
