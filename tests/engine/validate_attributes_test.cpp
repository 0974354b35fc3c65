// SPDX-License-Identifier: GPL-3.0-or-later
// Attributes, limits, headers, log files and the monitoring port: what is allowed, and what is said
// otherwise.
#include "tests/engine/validate_cases.h"

namespace spillway::config {
namespace {

using testing::IsEmpty;

const std::string kHeaders = "loadBalancers[0].listeners[0].attributes.";

TEST(ValidateAttributes, Numbers) {
  expectOneErrorEach({
      {"loadBalancers[0].attributes.idleTimeoutSeconds", "1-4000",
       [](auto& d) { balancerOf(d).attributes.idleTimeoutSeconds = 0; }},
      {"loadBalancers[0].attributes.clientKeepAliveSeconds", "60-604800",
       [](auto& d) { balancerOf(d).attributes.clientKeepAliveSeconds = 604801; }},
      {"loadBalancers[0].attributes.accessLogs.rotateSeconds", "10-86400",
       [](auto& d) { balancerOf(d).attributes.accessLogs.rotateSeconds = 9; }},
      {"loadBalancers[0].attributes.connectionLogs.rotateSeconds", "10-86400",
       [](auto& d) { balancerOf(d).attributes.connectionLogs.rotateSeconds = 86'401; }},
      {"loadBalancers[0].attributes.healthCheckLogs.rotateMegabytes", "1-4096",
       [](auto& d) { balancerOf(d).attributes.healthCheckLogs.rotateMegabytes = 4097; }},
      {"loadBalancers[0].attributes.accessLogs.rotateMegabytes", "1-4096",
       [](auto& d) { balancerOf(d).attributes.accessLogs.rotateMegabytes = 0; }},
      {"loadBalancers[0].limits.requestLineBytes", "1024-1048576",
       [](auto& d) { balancerOf(d).limits.requestLineBytes = 100; }},
      {"loadBalancers[0].limits.headerBytes", "1024-1048576",
       [](auto& d) { balancerOf(d).limits.headerBytes = 100; }},
      {"loadBalancers[0].limits.headerBytes", "larger than all of them (headersBytes, 65536)",
       [](auto& d) { balancerOf(d).limits.headerBytes = 65'537; }},
      {"loadBalancers[0].limits.headersBytes", "1024-1048576",
       [](auto& d) { balancerOf(d).limits.headersBytes = 1'048'577; }},
      {"loadBalancers[0].limits.headerCount", "1-10000",
       [](auto& d) { balancerOf(d).limits.headerCount = 0; }},
      {"loadBalancers[0].limits.responseHeadersBytes", "1024-1048576",
       [](auto& d) { balancerOf(d).limits.responseHeadersBytes = 1; }},
      {"loadBalancers[0].limits.concurrentStreams", "1-10000",
       [](auto& d) { balancerOf(d).limits.concurrentStreams = 0; }},
      {"loadBalancers[0].limits.requestsPerConnection", "1-",
       [](auto& d) { balancerOf(d).limits.requestsPerConnection = 0; }},
      {"loadBalancers[0].limits.connections", "1-65535",
       [](auto& d) { balancerOf(d).limits.connections = 0; }},
      {"loadBalancers[0].limits.headTimeoutSeconds", "1-4000",
       [](auto& d) { balancerOf(d).limits.headTimeoutSeconds = 0; }},
      {"loadBalancers[0].limits.headerOverflowStatus", "400 or 413",
       [](auto& d) { balancerOf(d).limits.headerOverflowStatus = 431; }},
  });
}

TEST(ValidateAttributes, HeadersThatTheLogKeeps) {
  const auto keep = [](std::vector<std::string> names) {
    return [=](Document& d) { balancerOf(d).capture.loggedHeaders = names; };
  };
  std::vector<std::string> many;
  for (int i = 0; i < 21; ++i)
    many.push_back("x-" + std::to_string(i));
  const std::string path = "loadBalancers[0].capture.loggedHeaders";
  const std::string first = path + "[0]", second = path + "[1]", last = path + "[20]";
  expectOneErrorEach({
      {first.c_str(), "name of a header field", keep({"x y"})},
      {second.c_str(), "here twice", keep({"x-a", "X-A"})},
      {first.c_str(), "never kept", keep({"Authorization"})},
      {last.c_str(), "20 header fields", keep(many)},
  });
  many.pop_back();
  EXPECT_THAT(validate(Capture{.loggedHeaders = many}), IsEmpty());
  const auto issues = validate(Capture{.loggedHeaders = {"x-a", "cookie"}});
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].path, "capture.loggedHeaders[1]");
  EXPECT_EQ(issues[0].value, "cookie");
}

TEST(ValidateAttributes, ResponseHeaders) {
  const auto set = [](const char* name, std::string value) {
    return [=](Document& d) { listenerOf(d).attributes.responseHeaders[name] = value; };
  };
  const std::string path = kHeaders + "responseHeaders.";
  const std::string frame = path + "X-Frame-Options", almost = path + "X-Frame-Option",
                    strange = path + "X-Powered-By-Me";
  expectOneErrorEach({
      {frame.c_str(), "1024 characters", set("X-Frame-Options", std::string(1025, 'a'))},
      {frame.c_str(), "only letters", set("X-Frame-Options", "\"DENY\"")},
      {frame.c_str(), "only letters", set("X-Frame-Options", "DENY\r\nX: y")},
      {frame.c_str(), "only letters", set("X-Frame-Options", "ä")},
      {almost.c_str(), "Did you mean \"X-Frame-Options\"?", set("X-Frame-Option", "DENY")},
      {strange.c_str(), "Strict-Transport-Security, ", set("X-Powered-By-Me", "x")},
      {frame.c_str(), "already",
       [](auto& d) {
         listenerOf(d).attributes.responseHeaders = {{"X-FRAME-OPTIONS", "a"}, {"X-Frame-Options", "b"}};
       }},
  });
}

TEST(ValidateAttributes, RequestHeaderNames) {
  const auto rename = [](const char* usual, std::string name) {
    return [=](Document& d) { listenerOf(d).attributes.requestHeaderNames[usual] = name; };
  };
  const std::string path = kHeaders + "requestHeaderNames.";
  const std::string version = path + "X-Amzn-Tls-Version", almost = path + "X-Amzn-Tls-Versions",
                    forwarded = path + "Foo";
  expectOneErrorEach({
      {version.c_str(), "1-40 characters", rename("X-Amzn-Tls-Version", "")},
      {version.c_str(), "1-40 characters", rename("X-Amzn-Tls-Version", "X Tls")},
      {version.c_str(), "1-40 characters", rename("X-Amzn-Tls-Version", "X-Tls:")},
      {version.c_str(), "1-40 characters", rename("X-Amzn-Tls-Version", std::string(41, 'x'))},
      {version.c_str(), "another meaning", rename("X-Amzn-Tls-Version", "host")},
      {version.c_str(), "another meaning", rename("X-Amzn-Tls-Version", "X-Forwarded-For")},
      {version.c_str(), "another meaning", rename("X-Amzn-Tls-Version", "x-amzn-mtls-clientcert")},
      {almost.c_str(), "Did you mean \"X-Amzn-Tls-Version\"?", rename("X-Amzn-Tls-Versions", "X-Tls")},
      {forwarded.c_str(), "X-Amzn-Mtls-Clientcert-Serial-Number, ", rename("Foo", "X-Tls")},
      {version.c_str(), "X-Amzn-Tls-Cipher-Suite has this name already",
       [](auto& d) {
         listenerOf(d).attributes.requestHeaderNames = {{"X-Amzn-Tls-Cipher-Suite", "X-Tls"},
                                                        {"X-Amzn-Tls-Version", "x-tls"}};
       }},
  });
}

TEST(ValidateAttributes, WhatIsAllowedIsLetThrough) {
  Document document = goodDocument();
  ListenerAttributes& attributes = listenerOf(document).attributes;
  attributes.responseHeaders = {
      {"strict-transport-security", "max-age=31536000; includeSubDomains"},
      {"Access-Control-Allow-Origin", ""},
      {"Content-Security-Policy", "_ :;.,\\/'?!(){}[]@<>=-+*#&`|~^%" + std::string(900, 'a')}};
  attributes.requestHeaderNames = {{"X-Amzn-Mtls-Clientcert", "X-Client-Cert"},
                                   {"X-Amzn-Tls-Version", "x-amzn-tls-version"}};
  balancerOf(document).limits.headerOverflowStatus = 413;
  balancerOf(document).attributes.accessLogs = {true, "/tmp", 86'400, 4096, true};
  document.monitoring.openMetricsPort = 9090;
  EXPECT_THAT(validate(document), IsEmpty()) << allOf(validate(document));
}

TEST(ValidateAttributes, TheMonitoringPortIsFree) {
  expectOneErrorEach({
      {"monitoring.openMetricsPort", "A port is 1-65535.", [](auto& d) { d.monitoring.openMetricsPort = 0; }},
      {"monitoring.openMetricsPort", "A port is 1-65535.",
       [](auto& d) { d.monitoring.openMetricsPort = 70'000; }},
      {"monitoring.openMetricsPort", "taken by listener \"HTTPS:50051\" of load balancer \"shop\"",
       [](auto& d) { d.monitoring.openMetricsPort = 50'051; }},
      {"monitoring.openMetricsPort", "taken by local service \"servers\"",
       [](auto& d) { d.monitoring.openMetricsPort = 50'061; }},
  });
}

}  // namespace
}  // namespace spillway::config
