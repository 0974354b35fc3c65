// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/validate.h"

#include "engine/config/security_policy_names.h"
#include "tests/engine/validate_cases.h"

namespace spillway::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using Severity = Issue::Severity;

TEST(Validate, HasNothingToSayAboutAGoodDocument) {
  EXPECT_THAT(validate(goodDocument()), IsEmpty());
  EXPECT_THAT(validate(Document{}), IsEmpty());
}

TEST(Validate, LoadBalancers) {
  expectOneErrorEach({
      {"loadBalancers[0].name", "needs a name", [](auto& d) { balancerOf(d).name = ""; }},
      {"loadBalancers[0].name", "Ends with a hyphen. Try \"shop-lb\".",
       [](auto& d) { balancerOf(d).name = "shop-lb-"; }},
      {"loadBalancers[0].name", "Begins with a hyphen. Try \"shop\".",
       [](auto& d) { balancerOf(d).name = "-shop"; }},
      {"loadBalancers[0].name", "only letters", [](auto& d) { balancerOf(d).name = "my shop"; }},
      {"loadBalancers[0].name", "only letters", [](auto& d) { balancerOf(d).name = "größe"; }},
      {"loadBalancers[0].name", "longer than 32", [](auto& d) { balancerOf(d).name = std::string(33, 'a'); }},
      {"loadBalancers[0].name", "internal-", [](auto& d) { balancerOf(d).name = "internal-shop"; }},
      {"loadBalancers[1].name", "taken by loadBalancers[0]",
       [](auto& d) {
         d.loadBalancers.push_back(balancerOf(d));
         d.loadBalancers[1].listeners[0].port = 50052;
         d.loadBalancers[1].listeners[0].defaultActions[0].targetGroups[0].targetGroup = "h";
         d.targetGroups.push_back(groupOf(d));
         d.targetGroups[1].name = "h";
       }},
      {"loadBalancers[0].attributes.idleTimeoutSeconds", "1-4000",
       [](auto& d) { balancerOf(d).attributes.idleTimeoutSeconds = 4001; }},
      {"loadBalancers[0].attributes.clientKeepAliveSeconds", "60-604800",
       [](auto& d) { balancerOf(d).attributes.clientKeepAliveSeconds = 59; }},
  });
}

TEST(Validate, Listeners) {
  expectOneErrorEach({
      {"loadBalancers[0].listeners[0].port", "A port is 1-65535.",
       [](auto& d) { listenerOf(d).port = 70000; }},
      {"loadBalancers[0].listeners[1].port", "taken by listener \"HTTPS:50051\" of load balancer \"shop\"",
       [](auto& d) { balancerOf(d).listeners.push_back(listenerOf(d)); }},
      {"loadBalancers[1].listeners[0].port", "taken by listener \"HTTPS:50051\" of load balancer \"shop\"",
       [](auto& d) {
         d.loadBalancers.push_back(balancerOf(d));
         d.loadBalancers[1].name = "other";
         d.loadBalancers[1].ipAddressType = IpAddressType::Dualstack;
         d.loadBalancers[1].listeners[0].defaultActions[0].targetGroups[0].targetGroup = "h";
         d.targetGroups.push_back(groupOf(d));
         d.targetGroups[1].name = "h";
       }},
      {"loadBalancers[0].listeners[1].name", "taken by listeners[0]",
       [](auto& d) {
         listenerOf(d).name = "front";
         balancerOf(d).listeners.push_back(listenerOf(d));
         balancerOf(d).listeners[1].port = 50052;
       }},
      {"loadBalancers[0].listeners[0].name", "64 characters", [](auto& d) { listenerOf(d).name = "a\nb"; }},
      {"loadBalancers[0].listeners[0].defaultActions", "exactly one",
       [](auto& d) { listenerOf(d).defaultActions.push_back(listenerOf(d).defaultActions[0]); }},
      {"loadBalancers[0].listeners[0].protocol",
       "Listener protocol 'HTTP' is not supported with a target group with the protocol-version 'GRPC'",
       [](auto& d) {
         listenerOf(d).protocol = Protocol::Http;
         listenerOf(d).certificates.clear();
       }},
      {"loadBalancers[0].listeners[0].certificates", "An HTTP listener has no certificates",
       [](auto& d) {
         listenerOf(d).protocol = Protocol::Http;
         balancerOf(d).beyondAlb.plaintextHttp2 = true;
       }},
      {"loadBalancers[0].listeners[0].certificates",
       "You must provide a list containing exactly one certificate if the listener protocol is HTTPS.",
       [](auto& d) { listenerOf(d).certificates.clear(); }},
      {"loadBalancers[0].listeners[0].certificates", "at most 26 certificates",
       [](auto& d) { listenerOf(d).certificates.resize(27); }},
      {"loadBalancers[0].listeners[0].certificates[0].names[1]", "wildcard like *.example.test",
       [](auto& d) {
         listenerOf(d).certificates[0].names = {"*.shop.test", "a.*.test", "::1", "localhost"};
       }},
      {"loadBalancers[0].listeners[0].certificates[0].privateKeyFile", "private key",
       [](auto& d) {
         listenerOf(d).certificates[0] = {Certificate::Source::Files, {}, "/a.pem", ""};
       }},
      {"loadBalancers[0].listeners[0].certificates[0].source", "\"files\"",
       [](auto& d) { listenerOf(d).certificates[0].certificateFile = "/a.pem"; }},
      {"loadBalancers[0].listeners[0].sslPolicy", "Did you mean \"ELBSecurityPolicy-2016-08\"?",
       [](auto& d) { listenerOf(d).sslPolicy = "ELBSecurityPolicy-2016-80"; }},
      {"loadBalancers[0].listeners[0].sslPolicy", kDefaultSslPolicy,
       [](auto& d) { listenerOf(d).sslPolicy = "x"; }},
  });
}

TEST(Validate, ActionsNameGroupsThatExist) {
  Document document = goodDocument();
  groupOf(document).name = "grpc-targets";
  serviceOf(document).targetGroup = "grpc-targets";
  listenerOf(document).defaultActions[0].targetGroups[0].targetGroup = "grpc-target";
  EXPECT_THAT(validate(document),
              ElementsAre(errorAt("loadBalancers[0].listeners[0].defaultActions[0].targetGroup",
                                  "Did you mean \"grpc-targets\"?"),
                          warningAt("targetGroups[0].name", "its targets stay unused")));
  listenerOf(document).defaultActions[0].targetGroups[0].targetGroup = "something-else";
  EXPECT_THAT(validate(document),
              Contains(errorAt("loadBalancers[0].listeners[0].defaultActions[0].targetGroup",
                               "There is grpc-targets.")));
  listenerOf(document).defaultActions.clear();
  EXPECT_THAT(validate(document),
              Contains(errorAt("loadBalancers[0].listeners[0].defaultActions", "exactly one")));
}

TEST(Validate, AGroupBelongsToOneLoadBalancer) {
  Document document = goodDocument();
  balancerOf(document).listeners.push_back(listenerOf(document));
  balancerOf(document).listeners[1].port = 50052;
  EXPECT_THAT(validate(document), IsEmpty()) << "two listeners of one balancer may share it";
  document.loadBalancers.push_back(balancerOf(document));
  document.loadBalancers[1].name = "other";
  document.loadBalancers[1].listeners.resize(1);
  document.loadBalancers[1].listeners[0].port = 50053;
  EXPECT_THAT(validate(document),
              ElementsAre(errorAt("loadBalancers[1].listeners[0].defaultActions[0].targetGroup",
                                  "Load balancer \"shop\" uses this target group already")));
}

TEST(Validate, KnowsEverySecurityPolicy) {
  for (const auto name : kSecurityPolicyNames) {
    Document document = goodDocument();
    listenerOf(document).sslPolicy = name;
    EXPECT_THAT(validate(document), IsEmpty()) << name;
  }
  EXPECT_EQ(kSecurityPolicyNames.front(), kDefaultSslPolicy);
}

TEST(Validate, PlaintextHttp2IsAllowedBySwitch) {
  Document document = goodDocument();
  listenerOf(document).protocol = Protocol::Http;
  listenerOf(document).certificates.clear();
  balancerOf(document).beyondAlb.plaintextHttp2 = true;
  EXPECT_THAT(validate(document), IsEmpty());
}

TEST(Validate, LocalServices) {
  expectOneErrorEach({
      {"savedCalls[0].name", "A saved call needs a name",
       [](auto& d) {
         d.savedCalls = {{"", "a:1", {}, "/a/b"}};
       }},
      {"savedCalls[1].name", "taken by savedCalls[0]",
       [](auto& d) {
         d.savedCalls = {{"a", "a:1", {}, "/a/b"}, {"a", "a:1", {}, "/a/c"}};
       }},
      {"savedCalls[0].method", "Write the method's path",
       [](auto& d) {
         d.savedCalls = {{"a", "a:1", {}, "b"}};
       }},
      {"localServices[0].name", "needs a name", [](auto& d) { serviceOf(d).name = ""; }},
      {"localServices[0].command", "Name the program", [](auto& d) { serviceOf(d).command.clear(); }},
      {"localServices[0].command", "Name the program", [](auto& d) { serviceOf(d).command = {""}; }},
      {"localServices[0].ports", "at least one", [](auto& d) { serviceOf(d).ports.clear(); }},
      {"localServices[0].ports[1]", "1-65535",
       [](auto& d) {
         serviceOf(d).ports = {1, 65536};
       }},
      {"localServices[0].ports[1]", "taken by local service \"servers\"",
       [](auto& d) {
         serviceOf(d).ports = {1, 1};
       }},
      {"localServices[0].ports[0]", "taken by listener \"HTTPS:50051\"",
       [](auto& d) { serviceOf(d).ports = {50051}; }},
      {"localServices[0].targetGroup", "There is no target group",
       [](auto& d) { serviceOf(d).targetGroup = "x"; }},
      {"localServices[1].name", "taken by localServices[0]",
       [](auto& d) {
         d.localServices.push_back(serviceOf(d));
         d.localServices[1].ports = {50062};
       }},
  });
}

TEST(Validate, WarnsWithoutRefusing) {
  const std::vector<Case> cases{
      {"loadBalancers[0].scheme", "Other machines",
       [](auto& d) { balancerOf(d).scheme = Scheme::InternetFacing; }},
      {"loadBalancers[0].listeners[0].port", "any free port (not on AWS)",
       [](auto& d) { listenerOf(d).port = 0; }},
      {"targetGroups[0].targets", "Without targets, calls get 503.",
       [](auto& d) { groupOf(d).targets.clear(); }},
      {"targetGroups[1].name", "stay unused",
       [](auto& d) {
         d.targetGroups.push_back(groupOf(d));
         d.targetGroups[1].name = "h";
       }},
  };
  for (const auto& [path, words, spoil] : cases) {
    Document document = goodDocument();
    spoil(document);
    const auto issues = validate(document);
    EXPECT_THAT(issues, ElementsAre(warningAt(path, words))) << allOf(issues);
    EXPECT_FALSE(hasErrors(issues));
  }
}

TEST(Validate, ListenersOnFreePortsNeedNames) {
  Document document = goodDocument();
  listenerOf(document).port = 0;
  balancerOf(document).listeners.push_back(listenerOf(document));
  EXPECT_THAT(validate(document),
              Contains(errorAt("loadBalancers[0].listeners[1].name", "give each listener its own")));
  balancerOf(document).listeners[1].name = "second";
  EXPECT_FALSE(hasErrors(validate(document)));
}

TEST(Validate, CollectsEverythingInTheOrderOfTheFields) {
  Document document = goodDocument();
  balancerOf(document).name = "";
  listenerOf(document).port = 70000;
  groupOf(document).port = 0;
  checkOf(document).matcher.grpcCode = "abc";
  serviceOf(document).command.clear();
  std::vector<std::string> paths;
  for (const auto& issue : validate(document))
    paths.push_back(issue.path);
  EXPECT_THAT(paths, ElementsAre("loadBalancers[0].name", "loadBalancers[0].listeners[0].port",
                                 "targetGroups[0].port", "targetGroups[0].matcher.grpcCode",
                                 "localServices[0].command"));
}

TEST(Issue, IsDescribedInOneLine) {
  EXPECT_EQ(describe({"loadBalancers[0].listeners[0].port", "70000", "A port is 1-65535.", Severity::Error}),
            "loadBalancers[0].listeners[0].port: 70000: A port is 1-65535.");
  EXPECT_EQ(describe({"", "", "Cannot read it.", Severity::Error}), "Cannot read it.");
}

TEST(Listener, HasAnEffectiveName) {
  Listener listener;
  listener.port = 50051;
  EXPECT_EQ(effectiveName(listener), "HTTPS:50051");
  listener.name = "front";
  EXPECT_EQ(effectiveName(listener), "front");
}

}  // namespace
}  // namespace spillway::config
