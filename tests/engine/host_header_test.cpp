// SPDX-License-Identifier: GPL-3.0-or-later
// The table of alb-behaviour §5.5, and what it leaves open.
#include "engine/proxy/host_header.h"

#include <gtest/gtest.h>

#include "tests/engine/head_cases.h"

namespace spillway::proxy {
namespace {

struct HostCase {
  int port;
  const char* authority;
  const char* hostField;  ///< beside an absolute target; null: none
  const char* adapted;
  const char* preserved;
};

TEST(HostHeader, FollowsTheTable) {
  const std::vector<HostCase> cases{
      {80, "example.com", nullptr, "example.com", "example.com"},
      {443, "example.com", nullptr, "example.com", "example.com"},
      {80, "example.com:80", nullptr, "example.com", "example.com:80"},
      {443, "example.com:8443", nullptr, "example.com", "example.com:8443"},
      {8080, "example.com", nullptr, "example.com:8080", "example.com"},
      {8080, "example.com:8080", nullptr, "example.com:8080", "example.com:8080"},
      {8080, "example.com:9090", nullptr, "example.com:9090", "example.com:9090"},
      {8080, "example.com:", nullptr, "example.com:8080", "example.com:"},
      {443, "dns-name", "example.com", "dns-name", "example.com"},
      {8080, "dns-name", "example.com:1", "dns-name:8080", "example.com:1"},
      {443, "EXAMPLE.Com", nullptr, "example.com", "EXAMPLE.Com"},
      {443, "[::1]", nullptr, "[::1]", "[::1]"},
      {443, "[::1]:443", nullptr, "[::1]", "[::1]:443"},
      {8080, "[::1]", nullptr, "[::1]:8080", "[::1]"},
      {443, "", nullptr, "shop", "shop"},
      {8080, "", nullptr, "shop:8080", "shop"},
      {8080, "", "Example.com", "example.com:8080", "Example.com"},
  };
  for (const auto& [port, authority, hostField, adapted, preserved] : cases) {
    http::MessageHead head;
    head.version = http::Version::Http11;
    head.authority = authority;
    if (hostField) head.fields.add("host", hostField);
    const auto listenerPort = static_cast<std::uint16_t>(port);
    EXPECT_EQ(hostForTarget(head, {HostHeader::Adapt, listenerPort, "shop"}), adapted) << authority;
    EXPECT_EQ(hostForTarget(head, {HostHeader::Preserve, listenerPort, "shop"}), preserved) << authority;
  }
}

TEST(HostHeader, OnHttp2OnlyTheAuthorityCounts) {
  http::MessageHead head;
  head.authority = "example.com";
  head.fields.add("host", "other.example");
  EXPECT_EQ(hostForTarget(head, {HostHeader::Preserve, 443, "shop"}), "example.com");
}

TEST(HostHeader, TheRewrittenHeadHasItInOnePlace) {
  for (const bool preserve : {false, true}) {
    auto listener = plainListener();
    listener.attributes.preserveHostHeader = preserve;
    auto facts = clientFacts();
    facts.listenerPort = 50051;
    auto head = requestWith({{"host", "Example.com"}});
    rewriteRequestHead(head, facts, listener);
    EXPECT_EQ(head.authority, preserve ? "example.com" : "example.com:50051");
    EXPECT_EQ(valuesOf(head, "host"), "-");
  }
}

}  // namespace
}  // namespace spillway::proxy
