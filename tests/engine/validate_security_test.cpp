// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/security_policy_names.h"
#include "tests/engine/validate_cases.h"

namespace spillway::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Mode = MutualAuthentication::Mode;
using Source = Certificate::Source;

constexpr const char* kListener = "loadBalancers[0].listeners[0]";

Listener& listener(Document& document) {
  return document.loadBalancers[0].listeners[0];
}

TEST(ValidateSecurity, UpToTwentySixCertificates) {
  Document document = goodDocument();
  listener(document).certificates.resize(26);
  EXPECT_THAT(validate(document), IsEmpty());
}

TEST(ValidateSecurity, Pkcs12Files) {
  Document document = goodDocument();
  auto& certificate = listener(document).certificates[0];
  certificate = {Source::Pkcs12, {}, "/a.p12", "", ""};
  EXPECT_THAT(validate(document), IsEmpty()) << "the password is optional";
  certificate = {Source::Pkcs12, {}, "", "/a.key", ""};
  EXPECT_THAT(
      validate(document),
      ElementsAre(errorAt(std::string(kListener) + ".certificates[0].certificateFile", "PKCS#12"),
                  errorAt(std::string(kListener) + ".certificates[0].privateKeyFile", "holds its key")));
}

TEST(ValidateSecurity, FipsPoliciesAreTakenWithAWarning) {
  for (const auto& fips : kFipsPolicyNames) {
    Document document = goodDocument();
    listener(document).sslPolicy = fips.name;
    EXPECT_THAT(validate(document),
                ElementsAre(warningAt(std::string(kListener) + ".sslPolicy", std::string(fips.standIn))));
  }
}

TEST(ValidateSecurity, MutualTlsNeedsHttpsAndATrustStoreThatExists) {
  const std::string path = std::string(kListener) + ".mutualAuthentication";
  Document document = goodDocument();
  auto& mutual = listener(document).mutualAuthentication;
  mutual.mode = Mode::Passthrough;
  EXPECT_THAT(validate(document), IsEmpty());
  mutual.mode = Mode::Verify;
  EXPECT_THAT(validate(document), ElementsAre(errorAt(path + ".trustStore", "Name the trust store")));
  mutual.trustStore = "client";
  EXPECT_THAT(validate(document), ElementsAre(errorAt(path + ".trustStore", "no trust store of this name")));
  document.trustStores = {{"clients", "/ca.pem", {"/a.crl"}}};
  EXPECT_THAT(validate(document), ElementsAre(errorAt(path + ".trustStore", "Did you mean \"clients\"?")));
  mutual.trustStore = "clients";
  EXPECT_THAT(validate(document), IsEmpty());
  mutual = {Mode::Passthrough, "clients", true, true};
  EXPECT_THAT(validate(document),
              ElementsAre(warningAt(path + ".trustStore", "only with the mode \"verify\""),
                          warningAt(path + ".ignoreClientCertificateExpiry", "only with"),
                          warningAt(path + ".advertiseTrustStoreCaNames", "only with")));
  mutual = {Mode::Passthrough, "", false, false};
  listener(document).protocol = Protocol::Http;
  listener(document).certificates.clear();
  document.loadBalancers[0].beyondAlb.plaintextHttp2 = true;
  EXPECT_THAT(validate(document), ElementsAre(errorAt(path + ".mode", "Only an HTTPS listener")));
}

TEST(ValidateSecurity, TrustStores) {
  Document document = goodDocument();
  document.trustStores = {{"one", "/ca.pem", {}}, {"one", "", {"/a.crl", ""}}, {"", "/ca.pem", {}}};
  EXPECT_THAT(validate(document), ElementsAre(errorAt("trustStores[1].name", "taken by trustStores[0]"),
                                              errorAt("trustStores[1].caCertificatesFile", "CA certificates"),
                                              errorAt("trustStores[1].revocationFiles[1]", "revocation list"),
                                              errorAt("trustStores[2].name", "A trust store needs a name")));
  document.trustStores = {{"one", "/ca.pem", std::vector<std::string>(31, "/a.crl")}};
  EXPECT_THAT(validate(document), ElementsAre(errorAt("trustStores[0].revocationFiles", "at most 30")));
}

TEST(ValidateSecurity, AtMostTwentyTrustStores) {
  Document document = goodDocument();
  for (int i = 0; i < 20; ++i)
    document.trustStores.push_back({"store-" + std::to_string(i), "/ca.pem", {}});
  EXPECT_THAT(validate(document), IsEmpty());
  document.trustStores.push_back({"store-20", "/ca.pem", {}});
  EXPECT_THAT(validate(document), ElementsAre(errorAt("trustStores", "at most 20")));
}

TEST(ValidateSecurity, AtMostTwoListenersOfALoadBalancerVerify) {
  Document document = goodDocument();
  document.trustStores = {{"clients", "/ca.pem", {}}};
  auto& listeners = document.loadBalancers[0].listeners;
  listeners[0].mutualAuthentication = {Mode::Verify, "clients", false, false};
  for (std::uint32_t port : {50052, 50053, 50054}) {
    listeners.push_back(listeners[0]);
    listeners.back().port = port;
  }
  listeners[1].mutualAuthentication = {Mode::Passthrough, "", false, false};
  EXPECT_THAT(
      validate(document),
      ElementsAre(errorAt("loadBalancers[0].listeners[3].mutualAuthentication.mode", "at most 2 listeners")));
  Document other = goodDocument();
  other.loadBalancers[0].name = "other";
  other.loadBalancers[0].listeners = {listeners[3]};
  other.loadBalancers[0].listeners[0].defaultActions = {forwardTo("h")};
  other.targetGroups[0].name = "h";
  listeners.pop_back();
  document.loadBalancers.push_back(other.loadBalancers[0]);
  document.targetGroups.push_back(other.targetGroups[0]);
  EXPECT_THAT(validate(document), IsEmpty()) << "each load balancer has its own two";
}

TEST(ValidateSecurity, TheKeyLogIsWarnedOf) {
  Document document = goodDocument();
  document.monitoring.tlsKeyLogFile = "/tmp/keys";
  EXPECT_THAT(validate(document), ElementsAre(warningAt("monitoring.tlsKeyLogFile", "read all TLS traffic")));
}

}  // namespace
}  // namespace spillway::config
