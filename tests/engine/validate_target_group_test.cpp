// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/validate_cases.h"

namespace spillway::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Validate, TargetGroups) {
  expectOneErrorEach({
      {"targetGroups[0].port", "A port is 1-65535.",
       [](auto& d) { groupOf(d).port = groupOf(d).targets[0].port = 0; }},
      {"targetGroups[0].attributes.deregistrationDelaySeconds", "0-3600",
       [](auto& d) { groupOf(d).attributes.deregistrationDelaySeconds = 3601; }},
      {"targetGroups[0].targets[0].port", "1-65535", [](auto& d) { groupOf(d).targets[0].port = 65536; }},
      {"targetGroups[0].targets[1].id", "listed twice (first as targets[0])",
       [](auto& d) { groupOf(d).targets.push_back(groupOf(d).targets[0]); }},
      {"targetGroups[0].targets[0].id",
       "This is listener \"HTTPS:50051\" of load balancer \"shop\": calls would loop",
       [](auto& d) { groupOf(d).targets[0].port = 50051; }},
      {"targetGroups[0].targets[0].id", "would loop",
       [](auto& d) {
         groupOf(d).targets[0] = {"LocalHost", 50051};
       }},
  });
  Document twice = goodDocument();
  twice.targetGroups.push_back(groupOf(twice));
  EXPECT_THAT(validate(twice), ElementsAre(errorAt("targetGroups[1].name", "taken by targetGroups[0]")));
}

TEST(Validate, TargetAddresses) {
  const std::vector<std::pair<const char*, const char*>> bad{
      {"", "needs an IP address or a host name"},
      {"http://server.test", "without a scheme"},
      {"127.0.0.1:50061", "50061 goes into the port"},
      {"[::1]:50061", "50061 goes into the port"},
      {"[::1]", "without brackets: ::1."},
      {"server.test/a", "without a path"},
      {"300.1.1.1", "four numbers from 0 to 255"},
      {"127.0.0", "four numbers from 0 to 255"},
      {"0.0.0.0", "every address"},
      {"::", "every address"},
      {"a b", "letters, digits, hyphens and dots"},
      {"-a.test", "letters, digits, hyphens and dots"},
      {"a..test", "letters, digits, hyphens and dots"},
  };
  for (const auto& [id, words] : bad) {
    Document document = goodDocument();
    groupOf(document).targets[0].id = id;
    EXPECT_THAT(validate(document), ElementsAre(errorAt("targetGroups[0].targets[0].id", words))) << id;
  }
  for (const char* id :
       {"10.1.2.3", "::1", "fe80::1", "localhost", "server-1.shop.test", "shop_web_1", "a.test."}) {
    Document document = goodDocument();
    groupOf(document).targets[0].id = id;
    EXPECT_THAT(validate(document), IsEmpty()) << id;
  }
}

TEST(Validate, OnlyAddressesThatReachTheListenerLoop) {
  struct Place {
    const char* id;
    Scheme scheme;
    IpAddressType type;
    bool loops;
  };
  for (const auto& [id, scheme, type, loops] : std::vector<Place>{
           {"10.1.2.3", Scheme::Internal, IpAddressType::Ipv4, false},
           {"::1", Scheme::Internal, IpAddressType::Ipv4, false},
           {"::1", Scheme::Internal, IpAddressType::Dualstack, true},
           {"127.0.0.2", Scheme::Internal, IpAddressType::Ipv4, false},
           {"127.0.0.2", Scheme::InternetFacing, IpAddressType::Ipv4, true},
       }) {
    Document document = goodDocument();
    balancerOf(document).scheme = scheme;
    balancerOf(document).ipAddressType = type;
    groupOf(document).targets[0] = {id, 50051};
    EXPECT_EQ(hasErrors(validate(document)), loops) << id;
  }
}

TEST(Validate, HealthChecks) {
  expectOneErrorEach({
      {"targetGroups[0].healthCheckPort", "1-65535", [](auto& d) { checkOf(d).port = 0; }},
      {"targetGroups[0].healthCheckPath", "starts with \"/\"", [](auto& d) { checkOf(d).path = "a/b"; }},
      {"targetGroups[0].healthCheckPath", "starts with \"/\"", [](auto& d) { checkOf(d).path = ""; }},
      {"targetGroups[0].healthCheckPath", "/package.Service/Method",
       [](auto& d) { checkOf(d).path = "/health"; }},
      {"targetGroups[0].healthCheckPath", "/package.Service/Method",
       [](auto& d) { checkOf(d).path = "/a/b/c"; }},
      {"targetGroups[0].healthCheckPath", "no spaces", [](auto& d) { checkOf(d).path = "/a.B/c d"; }},
      {"targetGroups[0].healthCheckPath", "1024",
       [](auto& d) { checkOf(d).path = "/a/" + std::string(1022, 'b'); }},
      {"targetGroups[0].healthCheckIntervalSeconds", "5-300",
       [](auto& d) { checkOf(d).intervalSeconds = 301; }},
      {"targetGroups[0].healthCheckTimeoutSeconds", "2-120",
       [](auto& d) {
         checkOf(d).timeoutSeconds = 121;
         checkOf(d).intervalSeconds = 200;
       }},
      {"targetGroups[0].healthyThresholdCount", "2-10",
       [](auto& d) { checkOf(d).healthyThresholdCount = 11; }},
      {"targetGroups[0].unhealthyThresholdCount", "2-10",
       [](auto& d) { checkOf(d).unhealthyThresholdCount = 0; }},
      {"targetGroups[0].matcher.grpcCode", "'abc' is not a success code",
       [](auto& d) { checkOf(d).matcher.grpcCode = "abc"; }},
      {"targetGroups[0].matcher.grpcCode", "runs backwards",
       [](auto& d) { checkOf(d).matcher.grpcCode = "100-5"; }},
      {"targetGroups[0].matcher.grpcCode",
       "Health check matcher GRPC code '200' must be within '0-99' inclusive: 200 is an HTTP code",
       [](auto& d) { checkOf(d).matcher.grpcCode = "200"; }},
      {"targetGroups[0].matcher.httpCode", "must be within '200-499' inclusive",
       [](auto& d) {
         groupOf(d).protocolVersion = ProtocolVersion::Http2;
         checkOf(d).path = "/health?full=1";
         checkOf(d).matcher.httpCode = "500";
       }},
  });
}

TEST(Validate, HealthChecksOfEachProtocolVersion) {
  for (const auto version : {ProtocolVersion::Http1, ProtocolVersion::Http2}) {
    Document document = goodDocument();
    groupOf(document).protocolVersion = version;
    checkOf(document).path = "/health?full=1";
    checkOf(document).protocol = Protocol::Https;
    checkOf(document).port = 9000;
    checkOf(document).intervalSeconds = 300;
    checkOf(document).timeoutSeconds = 120;
    checkOf(document).healthyThresholdCount = checkOf(document).unhealthyThresholdCount = 10;
    checkOf(document).matcher.grpcCode = "nonsense that does not count here";
    for (const char* codes : {"200", "200,202", "200-299", "200-299,301", "499"}) {
      checkOf(document).matcher.httpCode = codes;
      EXPECT_THAT(validate(document), IsEmpty()) << codes;
    }
    for (const char* codes : {"", "199", "500", "200-500", "12", "200, 202", "2xx", "301-200"}) {
      checkOf(document).matcher.httpCode = codes;
      EXPECT_THAT(validate(document), ElementsAre(errorAt("targetGroups[0].matcher.httpCode", ""))) << codes;
    }
  }
  Document grpc = goodDocument();
  for (const char* codes : {"0", "0,12", "0-5", "0-99", "99"}) {
    checkOf(grpc).matcher.grpcCode = codes;
    EXPECT_THAT(validate(grpc), IsEmpty()) << codes;
  }
}

TEST(Validate, TimeoutAgainstIntervalIsSaidAtBothFields) {
  Document document = goodDocument();
  checkOf(document).intervalSeconds = checkOf(document).timeoutSeconds = 5;
  EXPECT_THAT(validate(document),
              ElementsAre(errorAt("targetGroups[0].healthCheckIntervalSeconds",
                                  "Interval (5 s) must be longer than the timeout (5 s)."),
                          errorAt("targetGroups[0].healthCheckTimeoutSeconds",
                                  "Health check timeout '5' must be smaller than the interval '5'.")));
}

TEST(Validate, FastHealthChecksAreAllowedBySwitchOfTheUsingLoadBalancer) {
  Document document = goodDocument();
  checkOf(document) = HealthCheck{};
  checkOf(document).intervalSeconds = 2;
  checkOf(document).timeoutSeconds = 1;
  checkOf(document).healthyThresholdCount = checkOf(document).unhealthyThresholdCount = 1;
  const auto issues = validate(document);
  ASSERT_EQ(issues.size(), 4U) << allOf(issues);
  for (const auto& issue : issues) {
    EXPECT_THAT(issue.message, HasSubstr("beyondAlb.fastHealthChecks (not on AWS) allows " + issue.value));
  }
  balancerOf(document).beyondAlb.fastHealthChecks = true;
  EXPECT_THAT(validate(document), IsEmpty());
  checkOf(document).healthyThresholdCount = 0;
  EXPECT_THAT(validate(document), ElementsAre(errorAt("targetGroups[0].healthyThresholdCount", "1-10")));
}

}  // namespace
}  // namespace spillway::config
