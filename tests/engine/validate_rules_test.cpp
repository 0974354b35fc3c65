// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/validate_cases.h"

/// What ALB refuses in rules, conditions, actions and transforms (alb-behaviour §2).
namespace spillway::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kListener = "loadBalancers[0].listeners[0]";
const std::string kCondition = kListener + ".rules[0].conditions[0]";
const std::string kAction = kListener + ".rules[0].actions[0]";

Condition conditionOf(ConditionField field, std::vector<std::string> values) {
  Condition condition;
  condition.field = field;
  condition.values = std::move(values);
  return condition;
}
Condition headerOf(std::string name) {
  Condition condition = conditionOf(ConditionField::HttpHeader, {"x"});
  condition.httpHeaderName = std::move(name);
  return condition;
}
Condition queryOf(std::vector<QueryPair> pairs) {
  Condition condition = conditionOf(ConditionField::QueryString, {});
  condition.queryPairs = std::move(pairs);
  return condition;
}
Condition regexOf(ConditionField field, std::vector<std::string> regexes) {
  Condition condition = conditionOf(field, {});
  condition.httpHeaderName = field == ConditionField::HttpHeader ? "x" : "";
  condition.regexValues = std::move(regexes);
  return condition;
}

Rule ruleOf(std::uint32_t priority, Condition condition) {
  Rule rule;
  rule.priority = priority;
  rule.conditions = {std::move(condition)};
  rule.actions = {forwardTo("g")};
  return rule;
}

Rule& addRule(Document& document) {
  auto& rules = listenerOf(document).rules;
  const auto priority = static_cast<std::uint32_t>(rules.size() + 1);
  rules.push_back(ruleOf(priority, conditionOf(ConditionField::PathPattern, {"/a/*"})));
  return rules.back();
}

/// The issues of the good document with one rule that `spoil` has changed.
std::vector<Issue> issuesWith(const std::function<void(Rule&)>& spoil) {
  Document document = goodDocument();
  spoil(addRule(document));
  return validate(document);
}

void expectGood(const Condition& condition) {
  const auto issues = issuesWith([&](Rule& rule) { rule.conditions = {condition}; });
  EXPECT_THAT(issues, IsEmpty()) << allOf(issues);
}

struct BadCondition {
  Condition condition;
  std::string path;  ///< behind the condition's own
  const char* words;
};

void expectBad(const std::vector<BadCondition>& cases) {
  for (const auto& [condition, path, words] : cases) {
    const auto issues = issuesWith([&](Rule& rule) { rule.conditions = {condition}; });
    EXPECT_THAT(issues, ElementsAre(errorAt(kCondition + path, words))) << words << "\n" << allOf(issues);
  }
}

TEST(ValidateRules, PrioritiesAreUniqueAndInRange) {
  Document document = goodDocument();
  addRule(document);
  addRule(document);
  EXPECT_THAT(validate(document), IsEmpty());
  listenerOf(document).rules[1].priority = 1;
  EXPECT_THAT(validate(document),
              ElementsAre(errorAt(kListener + ".rules[1].priority", "in use by rules[0]")));
  for (const std::uint32_t priority : {0U, 50001U}) {
    listenerOf(document).rules[1].priority = priority;
    EXPECT_THAT(validate(document), ElementsAre(errorAt(kListener + ".rules[1].priority", "1-50000")));
  }
}

TEST(ValidateRules, AHundredForALoadBalancer) {
  Document document = goodDocument();
  for (int i = 0; i < 100; ++i)
    addRule(document);
  EXPECT_THAT(validate(document), IsEmpty());
  balancerOf(document).listeners.push_back(listenerOf(document));
  balancerOf(document).listeners[1].port = 50052;
  balancerOf(document).listeners[1].rules.resize(1);
  EXPECT_THAT(validate(document),
              ElementsAre(errorAt("loadBalancers[0].listeners[1].rules", "with these they are 101")));
}

TEST(ValidateRules, CountsOfConditionsAndValues) {
  const auto paths = [](std::vector<std::string> values) {
    return conditionOf(ConditionField::PathPattern, std::move(values));
  };
  EXPECT_THAT(issuesWith([](Rule& rule) { rule.conditions.clear(); }),
              ElementsAre(errorAt(kListener + ".rules[0].conditions", "needs a condition")));
  EXPECT_THAT(
      issuesWith([&](Rule& rule) {
        rule.conditions = {paths({"/a/b"}), paths({"/b/c"})};
      }),
      ElementsAre(errorAt(kListener + ".rules[0].conditions[1].field",
                          "one path-pattern condition at the most: put these values into conditions[0]")));
  EXPECT_THAT(
      issuesWith([&](Rule& rule) {
        rule.conditions = {headerOf("a"), headerOf("b"), queryOf({{"a", "b"}}), queryOf({{"c", "d"}})};
      }),
      IsEmpty());
  expectBad({{paths({}), ".values", "needs 1-3 values"},
             {paths({"/a/1", "/a/2", "/a/3", "/a/4"}), ".values", "3 values at the most"},
             {queryOf({}), ".values", "needs 1-3 values"}});
  EXPECT_THAT(issuesWith([&](Rule& rule) {
                rule.conditions = {paths({"/a/1", "/a/2", "/a/3"}),
                                   conditionOf(ConditionField::HttpRequestMethod, {"A", "B", "C"})};
              }),
              ElementsAre(errorAt(kListener + ".rules[0].conditions", "5 values together")));
}

TEST(ValidateRules, CountsWildcards) {
  const auto with = [](std::string value) {
    return issuesWith([&](Rule& rule) {
      rule.conditions = {conditionOf(ConditionField::PathPattern, {"/*", std::move(value)}),
                         queryOf({{"?", R"(\*\?*)"}})};
    });
  };
  EXPECT_THAT(with("/**"), IsEmpty());
  EXPECT_THAT(with("/***"), ElementsAre(warningAt(kListener + ".rules[0].conditions", "both 5 and 6")));
  EXPECT_THAT(with("/****"), ElementsAre(errorAt(kListener + ".rules[0].conditions", "5 wildcards")));
}

TEST(ValidateRules, Hosts) {
  expectGood(conditionOf(ConditionField::HostHeader, {"example.com", "*.example.com", "exampl?.Test"}));
  const auto host = [](std::string value) {
    return conditionOf(ConditionField::HostHeader, {std::move(value)});
  };
  expectBad({{host(""), ".values[0]", "empty"},
             {host("localhost"), ".values[0]", "at least one dot"},
             {host("example.*"), ".values[0]", "only letters after the last one"},
             {host("127.0.0.1"), ".values[0]", "only letters after the last one"},
             {host("example."), ".values[0]", "only letters after the last one"},
             {host("a_b.test"), ".values[0]", "only letters, digits"},
             {host("a.test:80"), ".values[0]", "host alone"},
             {host(std::string(124, 'a') + ".test"), ".values[0]", "128 characters"},
             {conditionOf(ConditionField::HostHeader, {"a.test", "b"}), ".values[1]", "at least one dot"}});
}

TEST(ValidateRules, Paths) {
  expectGood(conditionOf(ConditionField::PathPattern, {"/img/*/pics", "/A9_-.$/~\"'@:+&/?", "*.php"}));
  const auto path = [](std::string value) {
    return conditionOf(ConditionField::PathPattern, {std::move(value)});
  };
  expectBad({{path("/a b/c"), ".values[0]", "only letters, digits"},
             {path("/a%20b/c"), ".values[0]", "only letters, digits"},
             {path("/a/#"), ".values[0]", "only letters, digits"},
             {path("/\xC3\xBC/a"), ".values[0]", "visible ASCII"},
             {path("/a/" + std::string(126, 'b')), ".values[0]", "128 characters"}});
}

TEST(ValidateRules, HeaderFields) {
  expectGood(headerOf("User-Agent"));
  expectGood(headerOf("x_y!#$%&'+.^`|~"));
  Condition control = headerOf("a");
  control.values = {"a\nb"};
  expectBad({{headerOf(""), ".httpHeaderName", "Name the header"},
             {headerOf("X-*"), ".httpHeaderName", "no wildcards"},
             {headerOf("X Y"), ".httpHeaderName", "no wildcards"},
             {headerOf("hOsT"), ".httpHeaderName", "use host-header"},
             {headerOf(std::string(41, 'a')), ".httpHeaderName", "40 characters"},
             {control, ".values[0]", "visible ASCII"}});
}

TEST(ValidateRules, Methods) {
  expectGood(conditionOf(ConditionField::HttpRequestMethod, {"GET", "CUSTOM-ONE", "A_B"}));
  const auto method = [](std::string value) {
    return conditionOf(ConditionField::HttpRequestMethod, {std::move(value)});
  };
  expectBad({{method("get"), ".values[0]", "only A-Z"},
             {method("G*"), ".values[0]", "only A-Z"},
             {method("GET2"), ".values[0]", "only A-Z"},
             {method(std::string(41, 'A')), ".values[0]", "40 characters"}});
}

TEST(ValidateRules, Queries) {
  expectGood(queryOf({{"version", "v1"}, {std::nullopt, R"(*\?*)"}}));
  expectBad({{queryOf({{"a", ""}}), ".values[0].value", "empty"},
             {queryOf({{"a", "b"}, {"", "b"}}), ".values[1].key", "empty"},
             {queryOf({{"a", std::string(129, 'b')}}), ".values[0].value", "128 characters"},
             {queryOf({{std::string(129, 'b'), "a"}}), ".values[0].key", "128 characters"}});
}

TEST(ValidateRules, Sources) {
  expectGood(conditionOf(ConditionField::SourceIp, {"192.0.2.0/24", "fd00::/8", "0.0.0.0/0"}));
  const auto source = [](std::string value) {
    return conditionOf(ConditionField::SourceIp, {std::move(value)});
  };
  expectBad({{source("10.0.0.1"), ".values[0]", "write 10.0.0.1/32."},
             {source("::1"), ".values[0]", "write ::1/128."},
             {source("10.0.0.0/33"), ".values[0]", "like 10.0.0.0/8"},
             {source("localhost"), ".values[0]", "like 10.0.0.0/8"},
             {source("255.255.255.255/32"), ".values[0]", "not allowed"}});
}

TEST(ValidateRules, RegularExpressions) {
  expectGood(regexOf(ConditionField::HostHeader, {"^(a|b)[.]test$"}));
  expectGood(regexOf(ConditionField::PathPattern, {"^/v[0-9]+/", R"(\\p{1})"}));
  expectGood(regexOf(ConditionField::HttpHeader, {"(?i)chrome"}));
  const auto path = [](std::string regex) {
    return regexOf(ConditionField::PathPattern, {std::move(regex)});
  };
  Condition both = path("a");
  both.values = {"/a/b"};
  expectBad({{path(""), ".regexValues[0]", "Write a regular expression"},
             {path("("), ".regexValues[0]", "missing ): ("},
             {path("a(?=b)"), ".regexValues[0]", "(?="},
             {path(R"((a)\1)"), ".regexValues[0]", R"(\1)"},
             {path(R"(\p{L})"), ".regexValues[0]", "Unicode classes"},
             {path(std::string(129, 'a')), ".regexValues[0]", "128 characters"},
             {both, ".regexValues", "either values or regexValues"},
             {regexOf(ConditionField::SourceIp, {"a"}), ".regexValues", "source-ip condition takes no"},
             {regexOf(ConditionField::HttpRequestMethod, {"a"}), ".regexValues", "takes no"},
             {regexOf(ConditionField::PathPattern, {"a", "b", "c", "d"}), ".regexValues", "3 values"}});
}

TEST(ValidateRules, GrpcPathsThatMatchNoCall) {
  const auto with = [](const char* value, ProtocolVersion version) {
    Document document = goodDocument();
    addRule(document).conditions[0].values = {value};
    groupOf(document).protocolVersion = version;
    if (version == ProtocolVersion::Http2) groupOf(document).healthCheck.path = "/";
    return validate(document);
  };
  EXPECT_THAT(with("/shop.Cart", ProtocolVersion::Grpc),
              ElementsAre(warningAt(kCondition + ".values[0]", "/package.Service/*")));
  for (const char* value : {"/shop.*", "/shop.Cart/*", "/shop.Cart/Add"})
    EXPECT_THAT(with(value, ProtocolVersion::Grpc), IsEmpty()) << value;
  EXPECT_THAT(with("/shop.Cart", ProtocolVersion::Http2), IsEmpty());
}

TEST(ValidateRules, Transforms) {
  const auto url = [](std::string regex, std::string replace) {
    return issuesWith([&](Rule& rule) { rule.urlRewrite = Rewrite{regex, replace}; });
  };
  const std::string path = kListener + ".rules[0].urlRewrite";
  EXPECT_THAT(url("^/dp/([A-Za-z0-9]+)/?$", "/product.php?id=$1"), IsEmpty());
  EXPECT_THAT(url("a", "$0$"), IsEmpty());
  EXPECT_THAT(url("(", ""), ElementsAre(errorAt(path + ".regex", "missing )")));
  EXPECT_THAT(url("", ""), ElementsAre(errorAt(path + ".regex", "Write a regular expression")));
  EXPECT_THAT(url(std::string(1025, 'a'), ""), ElementsAre(errorAt(path + ".regex", "1024 characters")));
  EXPECT_THAT(url("a", std::string(1025, 'a')), ElementsAre(errorAt(path + ".replace", "1024 characters")));
  EXPECT_THAT(url("(a)", "$1$2"), ElementsAre(errorAt(path + ".replace", "$2 names a group")));
  EXPECT_THAT(url("a", "$1"), ElementsAre(errorAt(path + ".replace", "it has none")));
  EXPECT_THAT(url("a", "\n"), ElementsAre(errorAt(path + ".replace", "visible ASCII")));
  EXPECT_THAT(issuesWith([](Rule& rule) {
                rule.hostHeaderRewrite = Rewrite{"a++", "b"};
              }),
              ElementsAre(errorAt(kListener + ".rules[0].hostHeaderRewrite.regex", "++")));
}

Action actionOf(ActionType type) {
  Action action;
  action.type = type;
  action.redirect.protocol = "HTTPS";
  action.redirect.port = "8443";
  action.jwtValidation = {"https://issuer.test/keys", "https://issuer.test", {}};
  return action;
}

TEST(ValidateRules, OneActionRoutesAndIsTheLast) {
  const auto with = [](std::vector<Action> actions) {
    return issuesWith([&](Rule& rule) { rule.actions = std::move(actions); });
  };
  const Action forward = forwardTo("g"), jwt = actionOf(ActionType::JwtValidation);
  const std::string path = kListener + ".rules[0].actions";
  EXPECT_THAT(with({jwt, forward}), IsEmpty());
  EXPECT_THAT(with({actionOf(ActionType::FixedResponse)}), IsEmpty());
  EXPECT_THAT(with({actionOf(ActionType::Redirect)}), IsEmpty());
  EXPECT_THAT(with({}), ElementsAre(errorAt(path, "exactly one")));
  EXPECT_THAT(with({jwt}), ElementsAre(errorAt(path, "exactly one")));
  EXPECT_THAT(with({forward, actionOf(ActionType::FixedResponse)}),
              ElementsAre(errorAt(path, "exactly one")));
  EXPECT_THAT(with({forward, jwt}), ElementsAre(errorAt(path, "put this one before it")));
  EXPECT_THAT(with({jwt, jwt, forward}), ElementsAre(errorAt(path, "one jwt-validation")));
  EXPECT_THAT(with({actionOf(ActionType::AuthenticateOidc), forward}),
              ElementsAre(errorAt(path + "[0].type", "OIDC is not supported yet")));
  EXPECT_THAT(with({actionOf(ActionType::AuthenticateCognito), forward}),
              ElementsAre(errorAt(path + "[0].type", "Cognito is not supported yet")));
}

TEST(ValidateRules, TheDefaultActionMayBeAnyThatRoutes) {
  Document document = goodDocument();
  addRule(document);
  for (const ActionType type : {ActionType::FixedResponse, ActionType::Redirect}) {
    listenerOf(document).defaultActions = {actionOf(type)};
    EXPECT_THAT(validate(document), IsEmpty());
  }
  listenerOf(document).defaultActions = {actionOf(ActionType::JwtValidation)};
  EXPECT_THAT(validate(document), ElementsAre(errorAt(kListener + ".defaultActions", "exactly one")));
}

TEST(ValidateRules, Redirects) {
  struct {
    Redirect redirect;
    const char *member, *words;
  } const cases[]{
      {{}, "", "leads back to itself"},
      {{"#{protocol}", "#{host}", "#{port}", "/#{path}", "a=b"}, "", "leads back to itself"},
      {{"HTTP", "a.test"}, ".protocol", "HTTPS to HTTP is refused"},
      {{"FTP", "a.test"}, ".protocol", "HTTP, HTTPS or #{protocol}"},
      {{"HTTPS", ""}, ".host", "#{host} to keep it"},
      {{"HTTPS", "a%20b"}, ".host", "percent-encoded"},
      {{"HTTPS", "a/b"}, ".host", "only letters"},
      {{"HTTPS", "#{path}"}, ".host", "only these placeholders may stand: #{host}"},
      {{"HTTPS", std::string(129, 'a')}, ".host", "128 characters"},
      {{"HTTPS", "a.test", "0"}, ".port", "1-65535"},
      {{"HTTPS", "a.test", "4#{port}"}, ".port", "1-65535"},
      {{"HTTPS", "a.test", "443", "a"}, ".path", "begins with"},
      {{"HTTPS", "a.test", "443", "/a?b"}, ".path", "into the query"},
      {{"HTTPS", "a.test", "443", "/#{query}"}, ".path", "#{host}, #{port} or #{path}"},
      {{"HTTPS", "a.test", "443", "/a b"}, ".path", "no spaces"},
      {{"HTTPS", "a.test", "443", "/", "?a=b"}, ".query", "without its \"?\""},
      {{"HTTPS", "a.test", "443", "/", "a=#{fragment}"}, ".query", "only these placeholders"},
      {{"HTTPS", "a.test", "443", "/", std::string(129, 'a')}, ".query", "128 characters"},
      {{"HTTPS", "a.test", "443", "/", "", 307}, ".statusCode", "HTTP_301 or HTTP_302"},
  };
  for (const auto& [redirect, member, words] : cases) {
    const auto issues = issuesWith([&](Rule& rule) {
      rule.actions = {actionOf(ActionType::Redirect)};
      rule.actions[0].redirect = redirect;
    });
    EXPECT_THAT(issues, ElementsAre(errorAt(kAction + member, words))) << words << "\n" << allOf(issues);
  }
}

TEST(ValidateRules, GoodRedirects) {
  for (const Redirect& redirect :
       {Redirect{"HTTPS", "#{host}", "443"}, Redirect{"#{protocol}", "www.#{host}"},
        Redirect{"#{protocol}", "#{host}", "#{port}", "/new/#{host}/#{port}/#{path}", ""},
        Redirect{"HTTPS", "a_b.test", "1", "/", "#{protocol}#{host}#{port}#{path}#{query}", 302}}) {
    EXPECT_THAT(issuesWith([&](Rule& rule) {
                  rule.actions = {actionOf(ActionType::Redirect)};
                  rule.actions[0].redirect = redirect;
                }),
                IsEmpty());
  }
  EXPECT_THAT(issuesWith([&](Rule& rule) {
                rule.actions = {actionOf(ActionType::Redirect)};
                rule.actions[0].redirect = {"HTTPS", "#{host}", "50051"};
              }),
              ElementsAre(warningAt(kAction, "clients will loop")));
}

TEST(ValidateRules, FixedResponses) {
  struct {
    FixedResponse response;
    const char *member, *words;
  } const cases[]{
      {{302}, ".statusCode", "2xx, 4xx or 5xx"},
      {{600}, ".statusCode", "2xx, 4xx or 5xx"},
      {{200, "text/xml"}, ".contentType", "text/html"},
      {{200, "text/plain", std::string(1025, 'a')}, ".messageBody", "1024 characters"},
  };
  for (const auto& [response, member, words] : cases) {
    EXPECT_THAT(issuesWith([&](Rule& rule) {
                  rule.actions = {actionOf(ActionType::FixedResponse)};
                  rule.actions[0].fixedResponse = response;
                }),
                ElementsAre(errorAt(kAction + member, words)));
  }
  std::string umlauts;
  for (int i = 0; i < 1024; ++i)
    umlauts += "\xC3\xBC";
  EXPECT_THAT(issuesWith([&](Rule& rule) {
                rule.actions = {actionOf(ActionType::FixedResponse)};
                rule.actions[0].fixedResponse = {499, "application/json", umlauts};
              }),
              IsEmpty());
}

/// Two groups "g" and "h"; the default action forwards to both.
Document documentOfTwoGroups() {
  Document document = goodDocument();
  document.targetGroups.push_back(groupOf(document));
  document.targetGroups[1].name = "h";
  listenerOf(document).defaultActions[0].targetGroups = {{"g", 1}, {"h", 2}};
  return document;
}

TEST(ValidateRules, WeightedGroups) {
  const std::string path = kListener + ".defaultActions[0]";
  Document document = documentOfTwoGroups();
  EXPECT_THAT(validate(document), IsEmpty());
  auto& groups = listenerOf(document).defaultActions[0].targetGroups;
  groups[1].weight = 1000;
  EXPECT_THAT(validate(document), ElementsAre(errorAt(path + ".targetGroups[1].weight", "0-999")));
  groups = {{"g", 0}, {"h", 0}};
  EXPECT_THAT(validate(document), ElementsAre(warningAt(path + ".targetGroups", "requests get 503")));
  groups = {{"g", 1}, {"h", 2}, {"g", 3}};
  EXPECT_THAT(validate(document), ElementsAre(errorAt(path + ".targetGroups[2].targetGroup",
                                                      "listed already (targetGroups[0])")));
  groups = {{"g", 1}, {"h", 2}, {"k", 3}};
  EXPECT_THAT(validate(document), ElementsAre(errorAt(path + ".targetGroups[2].targetGroup",
                                                      "There is no target group of this name.")));
  groups = {{"g", 5}, {"", 3}, {"h", 1}};
  EXPECT_THAT(validate(document),
              ElementsAre(errorAt(path + ".targetGroups[1].targetGroup", "Name the target group")));
  groups.clear();
  EXPECT_THAT(validate(document), Contains(errorAt(path + ".targetGroup", "Name the target group")));
}

TEST(ValidateRules, FiveGroupsAtTheMost) {
  Document document = goodDocument();
  auto& groups = listenerOf(document).defaultActions[0].targetGroups;
  for (const char* name : {"h", "i", "j", "k", "l"}) {
    document.targetGroups.push_back(groupOf(document));
    document.targetGroups.back().name = name;
    groups.push_back({name, 1});
  }
  EXPECT_THAT(validate(document),
              ElementsAre(errorAt(kListener + ".defaultActions[0].targetGroups", "5 target groups")));
}

TEST(ValidateRules, GroupStickiness) {
  const std::string path = kListener + ".defaultActions[0].targetGroupStickiness";
  Document document = documentOfTwoGroups();
  auto& stickiness = listenerOf(document).defaultActions[0].targetGroupStickiness;
  for (const std::uint32_t seconds : {0U, 604801U}) {
    stickiness = {true, seconds};
    EXPECT_THAT(validate(document), ElementsAre(errorAt(path + ".durationSeconds", "1-604800")));
  }
  stickiness = {true, 604800};
  document.targetGroups[1].attributes.stickiness.enabled = true;
  EXPECT_THAT(validate(document), IsEmpty());
  stickiness.enabled = false;
  EXPECT_THAT(validate(document), ElementsAre(errorAt(path + ".enabled", "\"h\" has stickiness")));
  listenerOf(document).defaultActions[0].targetGroups.erase(
      listenerOf(document).defaultActions[0].targetGroups.begin());
  EXPECT_FALSE(hasErrors(validate(document))) << "one group needs none";
}

TEST(ValidateRules, TheListenersProtocolMustFitEveryRule) {
  Document document = documentOfTwoGroups();
  document.targetGroups[1].protocolVersion = ProtocolVersion::Http2;
  document.targetGroups[1].healthCheck.path = "/";
  listenerOf(document).protocol = Protocol::Http;
  listenerOf(document).certificates.clear();
  listenerOf(document).defaultActions = {actionOf(ActionType::FixedResponse)};
  addRule(document).actions = {forwardTo("h")};
  EXPECT_THAT(validate(document),
              Contains(errorAt(kListener + ".protocol", "with the protocol-version 'HTTP2'")));
  balancerOf(document).beyondAlb.plaintextHttp2 = true;
  EXPECT_FALSE(hasErrors(validate(document)));
}

TEST(ValidateRules, GroupsOfRulesBelongToOneLoadBalancer) {
  Document document = goodDocument();
  document.loadBalancers.push_back(balancerOf(document));
  document.loadBalancers[1].name = "other";
  Listener& listener = document.loadBalancers[1].listeners[0];
  listener.port = 50052;
  listener.defaultActions = {actionOf(ActionType::FixedResponse)};
  listener.rules = {ruleOf(1, conditionOf(ConditionField::PathPattern, {"/a/*"}))};
  EXPECT_THAT(validate(document),
              ElementsAre(errorAt("loadBalancers[1].listeners[0].rules[0].actions[0].targetGroup",
                                  "Load balancer \"shop\" uses this target group already")));
}

TEST(ValidateRules, TokenValidation) {
  const auto with = [](const JwtValidation& validation) {
    return issuesWith([&](Rule& rule) {
      Action action = actionOf(ActionType::JwtValidation);
      action.jwtValidation = validation;
      rule.actions.insert(rule.actions.begin(), action);
    });
  };
  for (const char* url : {"https://issuer.test/keys", "https://10.0.0.1:8443/k", "http://localhost:8080/jwks",
                          "http://127.0.0.9/jwks", "http://[::1]:80/jwks", "file:///tmp/jwks.json",
                          "file://localhost/tmp/jwks.json"})
    EXPECT_THAT(with({url, "me", {}}), IsEmpty()) << url;
  for (const auto& [url, words] : {std::pair{"", "Name the URL"},
                                   {"http://issuer.test/keys", "only come from this machine"},
                                   {"http://127.0.0.1.evil.test/keys", "only come from this machine"},
                                   {"http://localhost@evil.test/", "without user name"},
                                   {"file://server/jwks.json", "file:///"},
                                   {"file:///", "file:///"},
                                   {"ftp://a/b", "begins with https://"},
                                   {"https://", "names no host"},
                                   {"https:///keys", "names no host"},
                                   {"https://a b/", "no spaces"}})
    EXPECT_THAT(with({url, "me", {}}), ElementsAre(errorAt(kAction + ".jwksEndpoint", words))) << url;
  EXPECT_THAT(with({"https://a/" + std::string(250, 'k'), "me", {}}),
              ElementsAre(errorAt(kAction + ".jwksEndpoint", "256 characters")));
  for (const auto& issuer : {std::string(), std::string(257, 'i')})
    EXPECT_THAT(with({"https://a/b", issuer, {}}), ElementsAre(errorAt(kAction + ".issuer", "1-256")));
}

TEST(ValidateRules, TokenClaims) {
  const auto with = [](std::vector<JwtClaim> claims) {
    return issuesWith([&](Rule& rule) {
      Action action = actionOf(ActionType::JwtValidation);
      action.jwtValidation.additionalClaims = std::move(claims);
      rule.actions.insert(rule.actions.begin(), action);
    });
  };
  const JwtClaim good{"scope", JwtClaim::Format::SpaceSeparatedValues, {"read", "write"}};
  const std::string path = kAction + ".additionalClaims";
  EXPECT_THAT(with(std::vector<JwtClaim>(10, good)), IsEmpty());
  EXPECT_THAT(with(std::vector<JwtClaim>(11, good)), ElementsAre(errorAt(path, "10 additional claims")));
  for (const char* name : {"exp", "iss", "nbf", "iat"}) {
    EXPECT_THAT(with({good, {name, {}, {"x"}}}), ElementsAre(errorAt(path + "[1].name", "always checked")));
  }
  EXPECT_THAT(with({{"", {}, {"x"}}}), ElementsAre(errorAt(path + "[0].name", "Name the claim")));
  EXPECT_THAT(with({{"a", {}, {}}}), ElementsAre(errorAt(path + "[0].values", "1-10 values")));
  EXPECT_THAT(with({{"a", {}, std::vector<std::string>(11, "x")}}),
              ElementsAre(errorAt(path + "[0].values", "1-10 values")));
  EXPECT_THAT(with({{"a", {}, {"x", ""}}}), ElementsAre(errorAt(path + "[0].values[1]", "1-256")));
}

TEST(ValidateRules, TokensNeedHttps) {
  Document document = goodDocument();
  listenerOf(document).protocol = Protocol::Http;
  listenerOf(document).certificates.clear();
  balancerOf(document).beyondAlb.plaintextHttp2 = true;
  listenerOf(document).defaultActions.insert(listenerOf(document).defaultActions.begin(),
                                             actionOf(ActionType::JwtValidation));
  EXPECT_THAT(validate(document),
              ElementsAre(errorAt(kListener + ".defaultActions[0].type", "HTTPS listeners only")));
}

}  // namespace
}  // namespace spillway::config
