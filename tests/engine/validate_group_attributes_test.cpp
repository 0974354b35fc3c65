// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/validate_cases.h"

namespace spillway::config {
namespace {

using testing::IsEmpty;

TargetGroupAttributes& attributesOf(Document& d) {
  return groupOf(d).attributes;
}
Stickiness& stickinessOf(Document& d) {
  return attributesOf(d).stickiness;
}

void useAppCookie(Document& d, const char* name) {
  stickinessOf(d).enabled = true;
  stickinessOf(d).type = Stickiness::Type::AppCookie;
  stickinessOf(d).appCookieName = name;
}

TEST(ValidateGroupAttributes, Algorithms) {
  expectOneErrorEach({
      {"targetGroups[0].attributes.deregistrationDelaySeconds", "0-3600",
       [](auto& d) { attributesOf(d).deregistrationDelaySeconds = 3601; }},
      {"targetGroups[0].attributes.slowStartSeconds", "30-900, or 0",
       [](auto& d) { attributesOf(d).slowStartSeconds = 29; }},
      {"targetGroups[0].attributes.slowStartSeconds", "30-900, or 0",
       [](auto& d) { attributesOf(d).slowStartSeconds = 901; }},
      {"targetGroups[0].attributes.slowStartSeconds", "not with least_outstanding_requests",
       [](auto& d) {
         attributesOf(d).slowStartSeconds = 30;
         attributesOf(d).algorithm = Algorithm::LeastOutstandingRequests;
       }},
      {"targetGroups[0].attributes.slowStartSeconds", "not with weighted_random",
       [](auto& d) {
         attributesOf(d).slowStartSeconds = 900;
         attributesOf(d).algorithm = Algorithm::WeightedRandom;
       }},
      {"targetGroups[0].attributes.anomalyMitigation", "only with weighted_random, not with round_robin",
       [](auto& d) { attributesOf(d).anomalyMitigation = true; }},
  });
}

TEST(ValidateGroupAttributes, Stickiness) {
  expectOneErrorEach({
      {"targetGroups[0].attributes.stickiness.enabled", "does not work with weighted_random",
       [](auto& d) {
         stickinessOf(d).enabled = true;
         attributesOf(d).algorithm = Algorithm::WeightedRandom;
       }},
      {"targetGroups[0].attributes.stickiness.lbCookieDurationSeconds", "1-604800",
       [](auto& d) { stickinessOf(d).lbCookieDurationSeconds = 0; }},
      {"targetGroups[0].attributes.stickiness.appCookieDurationSeconds", "1-604800",
       [](auto& d) { stickinessOf(d).appCookieDurationSeconds = 604'801; }},
      {"targetGroups[0].attributes.stickiness.appCookieName", "Name the cookie",
       [](auto& d) { useAppCookie(d, ""); }},
      {"targetGroups[0].attributes.stickiness.appCookieName", "cannot begin with AWSALB",
       [](auto& d) { useAppCookie(d, "AWSALB"); }},
      {"targetGroups[0].attributes.stickiness.appCookieName", "cannot begin with AWSALB",
       [](auto& d) { useAppCookie(d, "AWSALBAPP-0"); }},
      {"targetGroups[0].attributes.stickiness.appCookieName", "cannot begin with AWSALB",
       [](auto& d) { useAppCookie(d, "AWSALBTGx"); }},
      {"targetGroups[0].attributes.stickiness.appCookieName", "no spaces",
       [](auto& d) { useAppCookie(d, "my session"); }},
      {"targetGroups[0].attributes.stickiness.appCookieName", "no spaces",
       [](auto& d) { useAppCookie(d, "a=b"); }},
      {"targetGroups[0].attributes.stickiness.appCookieName", "no spaces",
       [](auto& d) { useAppCookie(d, "sitzung-\u00e4"); }},
  });
}

TEST(ValidateGroupAttributes, Thresholds) {
  expectOneErrorEach({
      {"targetGroups[0].attributes.unhealthyStateRouting.count", "cannot be switched off",
       [](auto& d) { attributesOf(d).unhealthyStateRouting.count.reset(); }},
      {"targetGroups[0].attributes.unhealthyStateRouting.count", "1-1000",
       [](auto& d) { attributesOf(d).unhealthyStateRouting.count = 0; }},
      {"targetGroups[0].attributes.unhealthyStateRouting.percentage", "1-100",
       [](auto& d) { attributesOf(d).unhealthyStateRouting.percentage = 101; }},
      {"targetGroups[0].attributes.dnsFailover.count", "1-1000",
       [](auto& d) { attributesOf(d).dnsFailover.count = 1001; }},
      {"targetGroups[0].attributes.dnsFailover.percentage", "1-100",
       [](auto& d) { attributesOf(d).dnsFailover.percentage = 0; }},
      {"targetGroups[0].attributes.dnsFailover.count", "write 3 or more, or \"off\"",
       [](auto& d) { attributesOf(d).unhealthyStateRouting.count = 3; }},
      {"targetGroups[0].attributes.dnsFailover.percentage", "lower than that of routing",
       [](auto& d) {
         attributesOf(d).unhealthyStateRouting.percentage = 50;
         attributesOf(d).dnsFailover.percentage = 49;
       }},
  });
}

TEST(ValidateGroupAttributes, TakesWhatAlbTakes) {
  const std::vector<std::function<void(Document&)>> changes{
      [](auto& d) { attributesOf(d).slowStartSeconds = 30; },
      [](auto& d) { attributesOf(d).slowStartSeconds = 900; },
      [](auto& d) { attributesOf(d).algorithm = Algorithm::LeastOutstandingRequests; },
      [](auto& d) {
        attributesOf(d).algorithm = Algorithm::WeightedRandom;
        attributesOf(d).anomalyMitigation = true;
      },
      [](auto& d) {
        attributesOf(d).algorithm = Algorithm::LeastOutstandingRequests;
        stickinessOf(d).enabled = true;
        stickinessOf(d).lbCookieDurationSeconds = 604'800;
      },
      [](auto& d) { useAppCookie(d, "JSESSIONID"); },
      [](auto& d) { useAppCookie(d, "AWSELB"); },
      [](auto& d) {
        attributesOf(d).unhealthyStateRouting = {2, 50};
        attributesOf(d).dnsFailover = {2, 50};
      },
      [](auto& d) {
        attributesOf(d).unhealthyStateRouting = {5, 50};
        attributesOf(d).dnsFailover = {std::nullopt, std::nullopt};
      },
  };
  for (const auto& change : changes) {
    Document document = goodDocument();
    change(document);
    EXPECT_THAT(validate(document), IsEmpty()) << allOf(validate(document));
  }
}

}  // namespace
}  // namespace spillway::config
