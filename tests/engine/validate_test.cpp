// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "engine/config/security_policy_names.h"

namespace spillway::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using Severity = Issue::Severity;

auto errorAt(const std::string& path, const std::string& words) {
  return AllOf(Field("path", &Issue::path, path), Field("message", &Issue::message, HasSubstr(words)),
               Field("severity", &Issue::severity, Severity::Error));
}
auto warningAt(const std::string& path, const std::string& words) {
  return AllOf(Field("path", &Issue::path, path), Field("message", &Issue::message, HasSubstr(words)),
               Field("severity", &Issue::severity, Severity::Warning));
}

/// One balancer, one HTTPS listener, one gRPC group with one target, one local service: nothing to say about
/// it.
Document goodDocument() {
  Listener listener;
  listener.port = 50051;
  listener.certificates = {Certificate{}};
  listener.defaultActions = {{ActionType::Forward, "g"}};
  LoadBalancer balancer;
  balancer.name = "shop";
  balancer.listeners = {listener};
  TargetGroup group;
  group.name = "g";
  group.port = 50061;
  group.targets = {{"127.0.0.1", 50061}};
  return {{balancer}, {group}, {{"servers", {"serve", "{port}"}, {50061}, "g"}}};
}

std::string allOf(const std::vector<Issue>& issues) {
  std::string text;
  for (const auto& issue : issues)
    text += describe(issue) + "\n";
  return text;
}

struct Case {
  const char* path;
  const char* words;
  std::function<void(Document&)> spoil;
};

/// Each case spoils the good document in one place: exactly one error must come of it, there.
void expectOneErrorEach(const std::vector<Case>& cases) {
  for (const auto& [path, words, spoil] : cases) {
    Document document = goodDocument();
    spoil(document);
    const auto issues = validate(document);
    EXPECT_THAT(issues, ElementsAre(errorAt(path, words))) << path << ": " << words << "\n" << allOf(issues);
    EXPECT_TRUE(hasErrors(issues));
  }
}

LoadBalancer& balancerOf(Document& d) {
  return d.loadBalancers[0];
}
Listener& listenerOf(Document& d) {
  return d.loadBalancers[0].listeners[0];
}
TargetGroup& groupOf(Document& d) {
  return d.targetGroups[0];
}
HealthCheck& checkOf(Document& d) {
  return d.targetGroups[0].healthCheck;
}
LocalService& serviceOf(Document& d) {
  return d.localServices[0];
}

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
         d.loadBalancers[1].listeners[0].defaultActions[0].targetGroup = "h";
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
         d.loadBalancers[1].listeners[0].defaultActions[0].targetGroup = "h";
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
      {"loadBalancers[0].listeners[0].certificates", "exactly one certificate",
       [](auto& d) { listenerOf(d).certificates.resize(2); }},
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
  listenerOf(document).defaultActions[0].targetGroup = "grpc-target";
  EXPECT_THAT(validate(document),
              ElementsAre(errorAt("loadBalancers[0].listeners[0].defaultActions[0].targetGroup",
                                  "Did you mean \"grpc-targets\"?"),
                          warningAt("targetGroups[0].name", "its targets stay unused")));
  listenerOf(document).defaultActions[0].targetGroup = "something-else";
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

TEST(Validate, TargetGroups) {
  expectOneErrorEach({
      {"targetGroups[0].port", "A port is 1-65535.",
       [](auto& d) { groupOf(d).port = groupOf(d).targets[0].port = 0; }},
      {"targetGroups[0].protocolVersion", "HTTP1 target groups are not served yet: choose GRPC or HTTP2.",
       [](auto& d) {
         groupOf(d).protocolVersion = ProtocolVersion::Http1;
         checkOf(d).path = "/";
       }},
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

TEST(Validate, LocalServices) {
  expectOneErrorEach({
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
