// SPDX-License-Identifier: GPL-3.0-or-later
// What a target is told of the client's connection, and what it is not told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/head_cases.h"

namespace spillway::proxy {
namespace {

using config::XffMode;
using ::testing::Not;

std::string addresses(int count) {
  std::string list = "10.0.0.1";
  for (int i = 2; i <= count; ++i)
    list += ", 10.0.0." + std::to_string(i);
  return list;
}

struct ForwardedForCase {
  XffMode mode;
  bool withPort;
  Fields came;
  const char* clientIp;
  const char* client;
  const char* expected;
};

TEST(ForwardedFor, FollowsTheTable) {
  const Fields none, one{{"x-forwarded-for", "203.0.113.1"}};
  const Fields two{{"x-forwarded-for", "203.0.113.1"}, {"x-forwarded-for", "203.0.113.2"}};
  const char *ip4 = "192.0.2.7", *peer4 = "192.0.2.7:54022", *ip6 = "2001:db8::1",
             *peer6 = "[2001:db8::1]:54022";
  const std::vector<ForwardedForCase> cases{
      {XffMode::Append, false, none, ip4, peer4, "192.0.2.7"},
      {XffMode::Append, false, one, ip4, peer4, "203.0.113.1, 192.0.2.7"},
      {XffMode::Append, false, two, ip4, peer4, "203.0.113.1, 203.0.113.2, 192.0.2.7"},
      {XffMode::Append, false, {{"x-forwarded-for", ""}}, ip4, peer4, "192.0.2.7"},
      {XffMode::Append, true, one, ip4, peer4, "203.0.113.1, 192.0.2.7:54022"},
      {XffMode::Append, false, none, ip6, peer6, "2001:db8::1"},
      {XffMode::Append, true, one, ip6, peer6, "203.0.113.1, [2001:db8::1]:54022"},
      {XffMode::Preserve, false, none, ip4, peer4, "-"},
      {XffMode::Preserve, true, one, ip4, peer4, "203.0.113.1"},
      {XffMode::Preserve, false, two, ip4, peer4, "203.0.113.1 | 203.0.113.2"},
      {XffMode::Remove, false, none, ip4, peer4, "-"},
      {XffMode::Remove, true, two, ip4, peer4, "-"},
  };
  for (const auto& [mode, withPort, came, clientIp, client, expected] : cases) {
    auto listener = plainListener();
    listener.attributes.xffHeaderProcessingMode = mode;
    listener.attributes.xffClientPort = withPort;
    auto facts = clientFacts();
    facts.clientIp = clientIp;
    facts.client = client;
    auto head = requestWith(came);
    EXPECT_FALSE(rewriteRequestHead(head, facts, listener).refusal);
    EXPECT_EQ(valuesOf(head, "x-forwarded-for"), expected);
  }
}

TEST(ForwardedFor, MoreThanThirtyAddressesAreRefused) {
  for (const XffMode mode : {XffMode::Append, XffMode::Preserve, XffMode::Remove}) {
    auto listener = plainListener();
    listener.attributes.xffHeaderProcessingMode = mode;
    auto thirty = requestWith({{"x-forwarded-for", addresses(30)}});
    EXPECT_EQ(rewriteRequestHead(thirty, clientFacts(), listener).refusal, std::nullopt);
    auto more = requestWith({{"x-forwarded-for", addresses(31)}});
    EXPECT_EQ(rewriteRequestHead(more, clientFacts(), listener).refusal, observe::Outcome::TooManyForwarders);
    auto together = requestWith({{"x-forwarded-for", addresses(30)}, {"x-forwarded-for", "10.1.0.1"}});
    EXPECT_EQ(rewriteRequestHead(together, clientFacts(), listener).refusal,
              observe::Outcome::TooManyForwarders);
  }
}

TEST(ForwardedHeaders, ProtocolAndPortAreTheConnections) {
  auto facts = clientFacts();
  auto head = requestWith({{"x-forwarded-proto", "gopher"}, {"x-forwarded-port", "1"}});
  rewriteRequestHead(head, facts, plainListener());
  EXPECT_EQ(valuesOf(head, "x-forwarded-proto"), "https");
  EXPECT_EQ(valuesOf(head, "x-forwarded-port"), "443");
  facts.hasTls = false;
  facts.listenerPort = 8080;
  rewriteRequestHead(head, facts, plainListener());
  EXPECT_EQ(valuesOf(head, "x-forwarded-proto"), "http");
  EXPECT_EQ(valuesOf(head, "x-forwarded-port"), "8080");
}

TEST(ForwardedHeaders, FieldsOfOneConnectionStayThere) {
  auto head = requestWith({{"connection", "keep-alive, X-Own , Host"},
                           {"x-own", "1"},
                           {"keep-alive", "timeout=5"},
                           {"proxy-connection", "keep-alive"},
                           {"proxy-authorization", "Basic eA=="},
                           {"transfer-encoding", "chunked"},
                           {"upgrade", "websocket"},
                           {"http2-settings", "AAMAAABkAAQAAP__"},
                           {"expect", "100-continue"},
                           {"host", "other"},
                           {"content-length", "3"},
                           {"accept", "*/*"}});
  rewriteRequestHead(head, clientFacts(), plainListener());
  head.fields.removeIf([](auto name, auto) { return name.starts_with("x-"); });
  EXPECT_EQ(listOf(head.fields), (Fields{{"content-length", "3"}, {"accept", "*/*"}}));
}

TEST(ForwardedHeaders, OfTeOnlyTrailersPass) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"trailers", "trailers"},
      {"gzip, Trailers;q=1", "-"},
      {"deflate, trailers", "trailers"},
      {"TRAILERS", "trailers"},
      {"gzip", "-"},
  };
  for (const auto& [came, expected] : cases) {
    auto head = requestWith({{"connection", "te"}, {"te", came}});
    rewriteRequestHead(head, clientFacts(), plainListener());
    EXPECT_EQ(valuesOf(head, "te"), expected) << came;
  }
}

TEST(ForwardedHeaders, ClientsCannotSayWhatTheBalancerKnows) {
  auto listener = plainListener();
  listener.listenerAttributes.requestHeaderNames = {{"X-Amzn-Mtls-Clientcert", "X-Client-Cert"}};
  auto head = requestWith({{"x-amzn-mtls-clientcert-subject", "CN=root"},
                           {"x_amzn_mtls_clientcert_subject", "CN=root"},
                           {"x-amzn-oidc-data", "forged"},
                           {"x-amzn-oidc-identity", "root"},
                           {"x-amzn-tls-version", "TLSv9"},
                           {"x-client-cert", "forged"},
                           {"x-amzn-other", "stays"}});
  rewriteRequestHead(head, clientFacts(), listener);
  head.fields.removeIf(
      [](auto name, auto) { return name.starts_with("x-forwarded") || name == "x-amzn-trace-id"; });
  EXPECT_EQ(listOf(head.fields), (Fields{{"x-amzn-other", "stays"}}));
}

TEST(TlsHeaders, VersionAndCipherComeWhenWanted) {
  auto listener = plainListener();
  auto head = requestWith({});
  rewriteRequestHead(head, clientFacts(), listener);
  EXPECT_EQ(valuesOf(head, "x-amzn-tls-version"), "-");

  listener.attributes.tlsVersionAndCipherSuite = true;
  rewriteRequestHead(head, clientFacts(), listener);
  EXPECT_EQ(valuesOf(head, "x-amzn-tls-version"), "TLSv1.3");
  EXPECT_EQ(valuesOf(head, "x-amzn-tls-cipher-suite"), "TLS_AES_128_GCM_SHA256");

  listener.listenerAttributes.requestHeaderNames = {{"x-amzn-tls-version", "X-Tls"}};
  head = requestWith({});
  rewriteRequestHead(head, clientFacts(), listener);
  EXPECT_EQ(valuesOf(head, "x-amzn-tls-version"), "-");
  EXPECT_EQ(valuesOf(head, "x-tls"), "TLSv1.3");
  EXPECT_EQ(valuesOf(head, "x-amzn-tls-cipher-suite"), "TLS_AES_128_GCM_SHA256");

  auto plain = clientFacts();
  plain.hasTls = false;
  head = requestWith({{"x-tls", "forged"}});
  rewriteRequestHead(head, plain, listener);
  EXPECT_EQ(valuesOf(head, "x-tls"), "-");
}

std::shared_ptr<net::ClientCertificate> certificate() {
  auto made = std::make_shared<net::ClientCertificate>();
  made->serial = "0A1B2C";
  made->issuer = "CN=Root,O=Example";
  made->subject = "CN=client";
  made->validity = "NotBefore=2026-01-31T00:00:00Z;NotAfter=2027-01-31T00:00:00Z";
  made->leafPem = "-----BEGIN CERTIFICATE-----\nMII+/=\n-----END CERTIFICATE-----\n";
  made->chainPem = made->leafPem + made->leafPem;
  return made;
}
const std::string kLeaf = "-----BEGIN%20CERTIFICATE-----%0AMII+/=%0A-----END%20CERTIFICATE-----%0A";

TEST(MtlsHeaders, AVerifiedCertificateIsDescribed) {
  auto facts = clientFacts();
  auto verified = certificate();
  verified->isVerified = true;
  facts.tls.clientCertificate = verified;
  auto listener = plainListener();
  listener.listenerAttributes.requestHeaderNames = {{"X-Amzn-Mtls-Clientcert-Subject", "X-Who"}};
  auto head = requestWith({{"x-amzn-mtls-clientcert", "forged"}, {"x-who", "forged"}});
  rewriteRequestHead(head, facts, listener);
  EXPECT_EQ(valuesOf(head, "x-amzn-mtls-clientcert-serial-number"), "0A1B2C");
  EXPECT_EQ(valuesOf(head, "x-amzn-mtls-clientcert-issuer"), "CN=Root,O=Example");
  EXPECT_EQ(valuesOf(head, "x-amzn-mtls-clientcert-validity"),
            "NotBefore=2026-01-31T00:00:00Z;NotAfter=2027-01-31T00:00:00Z");
  EXPECT_EQ(valuesOf(head, "x-amzn-mtls-clientcert-leaf"), kLeaf);
  EXPECT_EQ(valuesOf(head, "x-who"), "CN=client");
  EXPECT_EQ(valuesOf(head, "x-amzn-mtls-clientcert-subject"), "-");
  EXPECT_EQ(valuesOf(head, "x-amzn-mtls-clientcert"), "-");
}

TEST(MtlsHeaders, APassedCertificateIsOnlyHandedOn) {
  auto facts = clientFacts();
  facts.tls.clientCertificate = certificate();
  auto head = requestWith({});
  rewriteRequestHead(head, facts, plainListener());
  EXPECT_EQ(valuesOf(head, "x-amzn-mtls-clientcert"), kLeaf + kLeaf);
  EXPECT_EQ(valuesOf(head, "x-amzn-mtls-clientcert-subject"), "-");
  EXPECT_EQ(valuesOf(head, "x-amzn-mtls-clientcert-leaf"), "-");
}

TEST(InvalidHeaderNames, AreDroppedOrForwardedAndTold) {
  for (const bool drop : {false, true}) {
    auto listener = plainListener();
    listener.attributes.dropInvalidHeaderFields = drop;
    auto fine = requestWith({{"x-fine-1", "1"}});
    const auto nothing = rewriteRequestHead(fine, clientFacts(), listener);
    EXPECT_FALSE(nothing.droppedInvalidHeader || nothing.forwardedInvalidHeader);

    auto head = requestWith({{"my_key", "1"}, {"my.key", "2"}, {"x-fine-1", "3"}});
    const auto told = rewriteRequestHead(head, clientFacts(), listener);
    EXPECT_EQ(told.droppedInvalidHeader, drop);
    EXPECT_EQ(told.forwardedInvalidHeader, !drop);
    EXPECT_EQ(valuesOf(head, "my_key"), drop ? "-" : "1");
    EXPECT_EQ(valuesOf(head, "my.key"), drop ? "-" : "2");
    EXPECT_EQ(valuesOf(head, "x-fine-1"), "3");
  }
}

}  // namespace
}  // namespace spillway::proxy
