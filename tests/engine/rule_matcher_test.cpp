// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/rule_matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "engine/balance/compile_rules.h"
#include "engine/balance/router.h"
#include "engine/balance/transforms.h"
#include "engine/config/cidr.h"

namespace spillway::balance {
namespace {

using config::Condition;
using config::ConditionField;
using testing::ElementsAre;

Condition conditionOf(ConditionField field, std::vector<std::string> values) {
  Condition condition;
  condition.field = field;
  condition.values = std::move(values);
  return condition;
}
Condition regexOf(ConditionField field, std::string regex) {
  Condition condition = conditionOf(field, {});
  condition.regexValues = {std::move(regex)};
  return condition;
}
Condition headerOf(std::string name, std::vector<std::string> values) {
  Condition condition = conditionOf(ConditionField::HttpHeader, std::move(values));
  condition.httpHeaderName = std::move(name);
  return condition;
}
Condition queryOf(std::vector<config::QueryPair> pairs) {
  Condition condition = conditionOf(ConditionField::QueryString, {});
  condition.queryPairs = std::move(pairs);
  return condition;
}

http::MessageHead headOf(std::string path, std::string authority = "shop.test") {
  http::MessageHead head;
  head.method = "GET";
  head.scheme = "https";
  head.authority = std::move(authority);
  head.path = std::move(path);
  return head;
}

net::SocketAddress clientAt(const std::string& ip) {
  return *net::SocketAddress::parse(ip, 40000);
}

bool holds(const Condition& condition, const http::MessageHead& head, const std::string& ip = "127.0.0.1") {
  return RuleMatcher({condition}).matches(RequestView(head, clientAt(ip)));
}

struct Case {
  const char* value;
  const char* request;
  bool matches;
};

TEST(RuleMatcher, Hosts) {
  for (const auto& [value, host, matches] : {
           Case{"example.com", "example.com", true},
           Case{"test.example.com", "TEST.Example.com:8443", true},
           Case{"*.Example.com", "a.b.example.com", true},
           Case{"*.example.com", "example.com", false},
           Case{"*.example.com", "a.example.com.evil.test", false},
           Case{"exampl?.com", "example.com:80", true},
       }) {
    EXPECT_EQ(holds(conditionOf(ConditionField::HostHeader, {value}), headOf("/", host)), matches) << host;
  }
  EXPECT_TRUE(
      holds(regexOf(ConditionField::HostHeader, "^(.+)[.]EXAMPLE[.]com$"), headOf("/", "a.example.com:443")));
  EXPECT_FALSE(holds(regexOf(ConditionField::HostHeader, "^b"), headOf("/", "a.b")));
  http::MessageHead head = headOf("/", "");
  head.fields.add("host", "first.test:80");
  head.fields.add("host", "second.test");
  EXPECT_TRUE(holds(conditionOf(ConditionField::HostHeader, {"first.test"}), head));
  EXPECT_FALSE(holds(conditionOf(ConditionField::HostHeader, {"second.test"}), head));
}

TEST(RuleMatcher, Paths) {
  for (const auto& [value, path, matches] : {
           Case{"/img/*", "/img/picture.jpg", true},
           Case{"/img/*", "/img", false},
           Case{"/img/*/pics", "/img/a/b/pics", true},
           Case{"/img/*", "/IMG/a", false},
           Case{"/a", "/a?b=c", true},
           Case{"*b=c*", "/a?b=c", false},
           Case{"/admin/*", "/public/../admin/x", true},
           Case{"/admin/*", "/%61dmin/x", true},
           Case{"/public/*", "/public/%2e%2e/admin", false},
           Case{"/a/*",
                "/a/\x01"
                "b",
                true},
           Case{"/ab",
                "/a\x7f"
                "b",
                true},
           // gRPC: package, service, method (alb-behaviour §2.4, 10.6)
           Case{"/routeguide.*", "/routeguide.RouteGuide/GetFeature", true},
           Case{"/routeguide.RouteGuide/*", "/routeguide.RouteGuide/RouteChat", true},
           Case{"/routeguide.RouteGuide/RouteChat", "/routeguide.RouteGuide/RouteChat", true},
           Case{"/routeguide.RouteGuide", "/routeguide.RouteGuide/RouteChat", false},
           Case{"/routeguide.RouteGuide/routechat", "/routeguide.RouteGuide/RouteChat", false},
       }) {
    EXPECT_EQ(holds(conditionOf(ConditionField::PathPattern, {"/never", value}), headOf(path)), matches)
        << value << " on " << path;
  }
  EXPECT_TRUE(holds(regexOf(ConditionField::PathPattern, "^/api/v[0-9]+/"), headOf("/api/v12/x?y")));
  EXPECT_TRUE(holds(regexOf(ConditionField::PathPattern, "v[0-9]$"), headOf("/api/v1"))) << "it searches";
  EXPECT_FALSE(holds(regexOf(ConditionField::PathPattern, "^/API"), headOf("/api")));
}

TEST(RuleMatcher, HeaderFieldsAreTriedOneByOne) {
  http::MessageHead head = headOf("/");
  head.fields.add("user-agent", "Mozilla/5.0 CHROME");
  head.fields.add("x-tag", "one");
  head.fields.add("x-tag", "t\two");
  EXPECT_TRUE(holds(headerOf("User-Agent", {"*Safari*", "*Chrome*"}), head));
  EXPECT_FALSE(holds(headerOf("User-Agent", {"Chrome"}), head));
  EXPECT_TRUE(holds(headerOf("X-Tag", {"ONE"}), head));
  EXPECT_TRUE(holds(headerOf("x-tag", {"two"}), head)) << "controls are left out";
  EXPECT_FALSE(holds(headerOf("X-Tag", {"one, two"}), head));
  EXPECT_FALSE(holds(headerOf("X-Other", {"*"}), head));
  Condition regex = headerOf("User-Agent", {});
  regex.regexValues = {"mozilla/[0-9]"};
  EXPECT_TRUE(holds(regex, head));
}

TEST(RuleMatcher, MethodsAreExact) {
  const Condition condition = conditionOf(ConditionField::HttpRequestMethod, {"GET", "HEAD", "CUSTOM_ONE"});
  http::MessageHead head = headOf("/");
  for (const auto& [method, matches] : {std::pair{"GET", true},
                                        {"HEAD", true},
                                        {"CUSTOM_ONE", true},
                                        {"get", false},
                                        {"POST", false},
                                        {"GETS", false}}) {
    head.method = method;
    EXPECT_EQ(holds(condition, head), matches) << method;
  }
}

TEST(RuleMatcher, Queries) {
  struct {
    config::QueryPair pair;
    const char* target;
    bool matches;
  } const cases[]{
      {{"version", "v1"}, "/?version=v1", true},
      {{"VERSION", "V1"}, "/?a=b&version=v1", true},
      {{"version", "v1"}, "/?version=v2", false},
      {{"version", "v1"}, "/?aversion=v1", false},
      {{"version", "v1"}, "/", false},
      {{std::nullopt, "*example*"}, "/?q=an+example+here", true},
      {{std::nullopt, "*example*"}, "/?example=1", false},
      {{"ver*", "?1"}, "/?version=v1", true},
      {{"q", R"(\*)"}, "/?q=*", true},
      {{"q", R"(\*)"}, "/?q=x", false},
      {{"q", R"(what\?)"}, "/?q=what?", true},
      {{"q", "a b"}, "/?q=a%20b", false},
      {{"q", "a%20b"}, "/?q=a%20B", true},
      {{"q", "a=b"}, "/?q=a=b", true},
      {{"q", "*"}, "/?&&q", true},
      {{"q", "*"}, "/?q=", true},
      {{"q", "x"}, "/?q=x&", true},
  };
  for (const auto& [pair, target, matches] : cases) {
    EXPECT_EQ(holds(queryOf({{"never", "never"}, pair}), headOf(target)), matches)
        << pair.key.value_or("") << "=" << pair.value << " on " << target;
  }
}

TEST(RuleMatcher, SourcesAreNetworks) {
  for (const auto& [network, ip, matches] : {
           Case{"10.0.0.0/8", "10.200.3.4", true},
           Case{"10.0.0.0/8", "11.0.0.1", false},
           Case{"192.0.2.128/25", "192.0.2.129", true},
           Case{"192.0.2.128/25", "192.0.2.127", false},
           Case{"127.0.0.1/32", "127.0.0.1", true},
           Case{"127.0.0.1/32", "127.0.0.2", false},
           Case{"0.0.0.0/0", "203.0.113.9", true},
           Case{"0.0.0.0/0", "::1", false},
           Case{"::/0", "203.0.113.9", false},
           Case{"10.1.2.3/8", "10.9.9.9", true},
           Case{"2001:db8::/33", "2001:db8:7fff::1", true},
           Case{"2001:db8::/33", "2001:db8:8000::1", false},
           Case{"::1/128", "::1", true},
           Case{"10.0.0.0/8", "::ffff:10.0.0.1", true},
           Case{"::ffff:10.0.0.0/104", "10.0.0.1", true},
       }) {
    EXPECT_EQ(holds(conditionOf(ConditionField::SourceIp, {network}), headOf("/"), ip), matches)
        << network << " on " << ip;
  }
  http::MessageHead head = headOf("/");
  head.fields.add("x-forwarded-for", "10.0.0.1");
  EXPECT_FALSE(holds(conditionOf(ConditionField::SourceIp, {"10.0.0.0/8"}), head, "127.0.0.1"));
}

TEST(Cidr, KnowsNetworksFromOtherTexts) {
  for (const char* text : {"10.0.0.0/8", "0.0.0.0/0", "::/0", "fd00::/8", "1.2.3.4/32", "::1/128"})
    EXPECT_TRUE(config::Cidr::parse(text)) << text;
  for (const char* text :
       {"", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/08", "::/129", "10.0.0.0/-1",
        "10.0.0.0/8 ", "a/8", "::ffff:10.0.0.0/95", "10.0.0.0/8/8"})
    EXPECT_FALSE(config::Cidr::parse(text)) << text;
}

TEST(RuleMatcher, AllConditionsMustHoldAndTheFirstThatDoesNotIsNamed) {
  const RuleMatcher matcher({conditionOf(ConditionField::HostHeader, {"shop.test"}),
                             conditionOf(ConditionField::PathPattern, {"/a/*", "/b"}),
                             headerOf("X-Beta", {"yes"})});
  http::MessageHead head = headOf("/c");
  const auto client = clientAt("::1");
  EXPECT_EQ(matcher.firstFailing(RequestView(head, client)), 1U);
  head.path = "/b";
  EXPECT_EQ(matcher.firstFailing(RequestView(head, client)), 2U);
  head.fields.add("x-beta", "yes");
  EXPECT_EQ(matcher.firstFailing(RequestView(head, client)), std::nullopt);
  EXPECT_TRUE(matcher.matches(RequestView(head, client)));
  EXPECT_EQ(matcher.inWords(1), "path-pattern /a/* or /b");
  EXPECT_EQ(matcher.inWords(2), "http-header X-Beta: yes");
}

TEST(RuleMatcher, WordsEveryKind) {
  const RuleMatcher matcher({queryOf({{"version", "v1"}, {std::nullopt, "*x*"}}),
                             regexOf(ConditionField::PathPattern, "^/a$"),
                             conditionOf(ConditionField::SourceIp, {"10.0.0.0/8"})});
  EXPECT_EQ(matcher.inWords(0), "query-string version=v1 or *x*");
  EXPECT_EQ(matcher.inWords(1), "path-pattern regex ^/a$");
  EXPECT_EQ(matcher.inWords(2), "source-ip 10.0.0.0/8");
}

std::shared_ptr<const GroupSnapshot> groupOf(std::string name) {
  auto group = std::make_shared<GroupSnapshot>();
  group->settings.name = std::move(name);
  return group;
}

config::Rule ruleOf(std::uint32_t priority, const char* path, const char* group) {
  config::Rule rule;
  rule.priority = priority;
  rule.conditions = {conditionOf(ConditionField::PathPattern, {path})};
  rule.actions = {config::forwardTo(group)};
  return rule;
}

ListenerSnapshot routeGuideListener() {
  config::Listener settings;
  settings.rules = {ruleOf(20, "/routeguide.RouteGuide/*", "b"),
                    ruleOf(10, "/routeguide.RouteGuide/RouteChat", "a")};
  settings.rules[0].urlRewrite = config::Rewrite{"x", "y"};
  settings.defaultActions = {config::Action{}};
  settings.defaultActions[0].type = config::ActionType::FixedResponse;
  ListenerSnapshot listener;
  listener.rules = compileRules(settings, {groupOf("b"), groupOf("a")});
  return listener;
}

TEST(Router, RulesAreCompiledInTheirOrder) {
  const ListenerSnapshot listener = routeGuideListener();
  ASSERT_EQ(listener.rules.size(), 3U);
  EXPECT_EQ(listener.rules[0].priority, 10U);
  EXPECT_EQ(listener.rules[0].actions[0].groups[0].group->settings.name, "a");
  EXPECT_EQ(listener.rules[0].transforms, nullptr);
  EXPECT_EQ(listener.rules[1].priority, 20U);
  EXPECT_NE(listener.rules[1].transforms, nullptr);
  EXPECT_EQ(listener.rules[2].priority, 0U);
  EXPECT_EQ(listener.rules[2].matcher, nullptr);
  EXPECT_EQ(listener.rules[2].actions[0].settings.type, config::ActionType::FixedResponse);
}

TEST(Router, TheFirstRuleThatMatchesWins) {
  const ListenerSnapshot listener = routeGuideListener();
  const auto client = clientAt("127.0.0.1");
  for (const auto& [path, priority, evaluated] : {std::tuple{"/routeguide.RouteGuide/RouteChat", 10U, 1U},
                                                  std::tuple{"/routeguide.RouteGuide/GetFeature", 20U, 2U},
                                                  std::tuple{"/other.Service/Call", 0U, 2U}}) {
    const http::MessageHead head = headOf(path);
    const RuleMatch found = match(listener, head, client);
    EXPECT_EQ(found.rule.priority, priority) << path;
    EXPECT_EQ(found.evaluated, evaluated) << path;
  }
}

TEST(Router, FindsByPathWhatTryingAllRulesInOrderFinds) {
  config::Listener settings;
  settings.defaultActions = {config::forwardTo("a")};
  const std::vector<std::vector<std::string>> patternsOfRules{{"/a/b/c", "/a/x?"},
                                                              {"/a/b/*"},
                                                              {"*/c"},
                                                              {"/a/?/c"},
                                                              {"/a/b"},
                                                              {"/A/*"},
                                                              {"/a/b/c"},
                                                              {"?a/*"},
                                                              {"/a/*/d"},
                                                              {"/a/*"},
                                                              {"/a*", "/b", "/c/*"},
                                                              {"/b"},
                                                              {"/*"},
                                                              {"*"}};
  for (const std::vector<std::string>& patterns : patternsOfRules) {
    config::Rule rule = ruleOf(0, "", "a");
    rule.conditions[0].values = patterns;
    settings.rules.push_back(rule);
  }
  config::Rule host = ruleOf(0, "", "a"), regex = host, both = host;
  host.conditions = {conditionOf(ConditionField::HostHeader, {"other"})};
  both.conditions.push_back(host.conditions[0]);
  both.conditions[0].values = {"/a/b/c"};
  regex.conditions[0].values.clear();
  regex.conditions[0].regexValues = {"^/b.*z$"};
  settings.rules.insert(settings.rules.end(), {host, both, regex});

  const auto client = clientAt("127.0.0.1");
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::ranges::shuffle(settings.rules, random);
    ListenerSnapshot listener;
    config::Listener some = settings;
    some.rules.resize(random() % (settings.rules.size() + 1));
    for (std::uint32_t i = 0; i < some.rules.size(); ++i)
      some.rules[i].priority = i + 1;
    listener.rules = compileRules(some, {groupOf("a")});
    for (const char* path : {"/a/b/c", "/a/b/d", "/a/b", "/a/xy", "/a/", "/a", "/A/b", "/b", "/bz", "/c/",
                             "/", "*", "/a/b/c?q", "/x/c", "/a//c"}) {
      const http::MessageHead head = headOf(path);
      RuleTrace trace;
      const RuleMatch tried = match(listener, head, client, &trace), found = match(listener, head, client);
      EXPECT_EQ(found.rule.priority, tried.rule.priority) << path;
      EXPECT_EQ(found.evaluated, tried.evaluated) << path;
    }
  }
}

TEST(Router, TheTraceTellsWhyEachRuleDidNotMatch) {
  const ListenerSnapshot listener = routeGuideListener();
  const http::MessageHead call = headOf("/routeguide.RouteGuide/GetFeature"), other = headOf("/x");
  const auto client = clientAt("127.0.0.1");
  RuleTrace trace;
  match(listener, call, client, &trace);
  EXPECT_THAT(trace, ElementsAre(observe::RuleTry{10, false, "path-pattern /routeguide.RouteGuide/RouteChat"},
                                 observe::RuleTry{20, true, ""}));
  trace.clear();
  match(listener, other, client, &trace);
  ASSERT_EQ(trace.size(), 3U);
  EXPECT_EQ(trace[2], (observe::RuleTry{0, true, ""}));
}

}  // namespace
}  // namespace spillway::balance
