// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "engine/config/validate.h"

/// What the tests of validate() share: a good document, and ways to spoil it.
namespace spillway::config {

inline auto errorAt(const std::string& path, const std::string& words) {
  return testing::AllOf(testing::Field("path", &Issue::path, path),
                        testing::Field("message", &Issue::message, testing::HasSubstr(words)),
                        testing::Field("severity", &Issue::severity, Issue::Severity::Error));
}
inline auto warningAt(const std::string& path, const std::string& words) {
  return testing::AllOf(testing::Field("path", &Issue::path, path),
                        testing::Field("message", &Issue::message, testing::HasSubstr(words)),
                        testing::Field("severity", &Issue::severity, Issue::Severity::Warning));
}

/// One balancer, one HTTPS listener, one gRPC group with one target, one local service: nothing to say about
/// it.
inline Document goodDocument() {
  Listener listener;
  listener.port = 50051;
  listener.certificates = {Certificate{}};
  listener.defaultActions = {forwardTo("g")};
  LoadBalancer balancer;
  balancer.name = "shop";
  balancer.listeners = {listener};
  TargetGroup group;
  group.name = "g";
  group.port = 50061;
  group.targets = {{"127.0.0.1", 50061, ""}};
  Document document;
  document.loadBalancers = {balancer};
  document.targetGroups = {group};
  document.localServices = {{"servers", {"serve", "{port}"}, {50061}, "g"}};
  return document;
}

inline std::string allOf(const std::vector<Issue>& issues) {
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
inline void expectOneErrorEach(const std::vector<Case>& cases) {
  for (const auto& [path, words, spoil] : cases) {
    Document document = goodDocument();
    spoil(document);
    const auto issues = validate(document);
    EXPECT_THAT(issues, testing::ElementsAre(errorAt(path, words))) << path << ": " << words << "\n"
                                                                    << allOf(issues);
    EXPECT_TRUE(hasErrors(issues));
  }
}

inline LoadBalancer& balancerOf(Document& d) {
  return d.loadBalancers[0];
}
inline Listener& listenerOf(Document& d) {
  return d.loadBalancers[0].listeners[0];
}
inline TargetGroup& groupOf(Document& d) {
  return d.targetGroups[0];
}
inline HealthCheck& checkOf(Document& d) {
  return d.targetGroups[0].healthCheck;
}
inline LocalService& serviceOf(Document& d) {
  return d.localServices[0];
}

}  // namespace spillway::config
