// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/document_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace spillway::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

auto issueAt(const std::string& path, const std::string& words) {
  return AllOf(Field("path", &Issue::path, path), Field("message", &Issue::message, HasSubstr(words)));
}

std::vector<Issue> issuesOf(const std::string& json) {
  const auto document = readDocument(json);
  return document ? std::vector<Issue>{} : document.error();
}

std::string allOf(const std::vector<Issue>& issues) {
  std::string text;
  for (const auto& issue : issues)
    text += describe(issue) + "\n";
  return text;
}

Rule ruleOfAllConditions() {
  Rule rule;
  rule.priority = 10;
  const auto add = [&](ConditionField field, std::vector<std::string> values) {
    Condition condition;
    condition.field = field;
    condition.values = std::move(values);
    rule.conditions.push_back(std::move(condition));
  };
  add(ConditionField::HostHeader, {"*.shop.test"});
  add(ConditionField::HttpRequestMethod, {"GET", "HEAD"});
  add(ConditionField::SourceIp, {"10.0.0.0/8", "::1/128"});
  add(ConditionField::HttpHeader, {"*beta*"});
  rule.conditions.back().httpHeaderName = "User-Agent";
  Condition path;
  path.regexValues = {"^/a/[0-9]+$"};
  Condition query;
  query.field = ConditionField::QueryString;
  query.queryPairs = {{"version", "v1"}, {std::nullopt, "*example*"}};
  rule.conditions.push_back(path);
  rule.conditions.push_back(query);
  rule.hostHeaderRewrite = Rewrite{"^a", "b"};
  rule.urlRewrite = Rewrite{"^/dp/(.*)$", "/product?id=$1"};
  Action token;
  token.type = ActionType::JwtValidation;
  token.jwtValidation = {
      "https://id.test/keys", "https://id.test", {{"scope", JwtClaim::Format::StringArray, {"a"}}}};
  Action forward = forwardTo("web");
  forward.targetGroups.push_back({"grpc-targets", 3});
  forward.targetGroupStickiness = {true, 60};
  rule.actions = {token, forward};
  return rule;
}

Rule ruleOf(std::uint32_t priority, Action action) {
  Rule rule;
  rule.priority = priority;
  rule.actions = {std::move(action)};
  return rule;
}

Listener httpsListener() {
  Listener listener;
  listener.name = "front";
  listener.port = 50051;
  listener.sslPolicy = "ELBSecurityPolicy-2016-08";
  listener.certificates = {Certificate{}, Certificate{}};
  listener.certificates[0].names = {"shop.test", "*.shop.test"};
  listener.certificates[1].source = Certificate::Source::Pkcs12;
  listener.certificates[1].certificateFile = "/certs/b.p12";
  listener.certificates[1].passwordFile = "/certs/b.password";
  listener.mutualAuthentication = {MutualAuthentication::Mode::Verify, "clients", true, true};
  listener.attributes = {false, {{"X-Amzn-Tls-Version", "X-Tls"}}, {{"X-Frame-Options", "DENY"}}};
  listener.defaultActions = {forwardTo("grpc-targets")};
  Action redirect;
  redirect.type = ActionType::Redirect;
  redirect.redirect = {"HTTPS", "new.test", "8443", "/new/#{path}", "a=#{query}", 302};
  Action fixed;
  fixed.type = ActionType::FixedResponse;
  fixed.fixedResponse = {404, "application/json", "{}"};
  listener.rules = {ruleOfAllConditions(), ruleOf(20, redirect), ruleOf(30, fixed)};
  return listener;
}

LoadBalancer fullBalancer() {
  LoadBalancer balancer;
  balancer.name = "shop";
  balancer.scheme = Scheme::InternetFacing;
  balancer.ipAddressType = IpAddressType::Dualstack;
  const LogFiles log{true, "/logs", 60, 1, true};
  balancer.attributes = {
      120, 600, false, DesyncMitigationMode::Strictest, true, true, true, true, XffMode::Remove,
      log, log, log};
  balancer.limits = {1, 2, 3, 4, 5, 6, 7, 8, 9'000'000'000, 10, 413};
  balancer.beyondAlb = {true, true, true, true, true, true};
  Listener files = httpsListener();
  files.name = "";
  files.port = 50052;
  files.certificates[0] = {Certificate::Source::Files, {}, "/certs/a.pem", "/certs/a.key", ""};
  Listener http;
  http.protocol = Protocol::Http;
  http.port = 8080;
  http.defaultActions = {forwardTo("web")};
  balancer.listeners = {httpsListener(), files, http};
  return balancer;
}

TargetGroup fullGroup() {
  TargetGroup group;
  group.name = "grpc-targets";
  group.protocol = Protocol::Https;
  group.port = 50061;
  group.healthCheck = {Protocol::Https, 9000, "/grpc.health.v1.Health/Check", 10, 3, 4, 6, {"0,12", "200"}};
  group.attributes = {
      17,      Algorithm::WeightedRandom, true, 30, {true, Stickiness::Type::AppCookie, 1, "session", 2},
      {2, 50}, {std::nullopt, 10}};
  group.targets = {{"10.0.0.1", 50062, "local-1b"}};
  return group;
}

/// A document in which no field has its default.
Document fullDocument() {
  Document document;
  document.loadBalancers = {fullBalancer()};
  TargetGroup web;
  web.name = "web";
  web.port = 3000;
  web.protocolVersion = ProtocolVersion::Http2;
  web.healthCheck = {Protocol::Http, std::nullopt, "/health", 6, 2, 2, 3, {"12", "200-299"}};
  web.attributes.deregistrationDelaySeconds = 0;
  web.targets = {{"::1", 3000, ""}, {"web.test", 1, ""}};
  document.targetGroups = {fullGroup(), web};
  document.trustStores = {{"clients", "/certs/clients.pem", {"/certs/clients.crl"}}};
  document.monitoring = {9090, "/tmp/keys.log"};
  document.savedCalls = {
      {"feature", "127.0.0.1:50051", config::CallSecurity::LocalCa, "/routeguide.RouteGuide/GetFeature", 500,
       config::CallEncoding::Gzip, "{\"latitude\": 1}", "x-canary: yes"},
      {"plain", "127.0.0.1:50061", {}, "/a/b", 0, {}, "{}", ""}};
  document.lessons = {"unary", "cancel"};
  document.localServices = {{"servers", {"/bin/serve", "--port", "{port}"}, {50061, 50062}, "grpc-targets"}};
  return document;
}

TEST(DocumentJson, RoundTripKeepsEverything) {
  for (const Document& document :
       {Document{}, fullDocument(), Document{{LoadBalancer{}}, {TargetGroup{}}, {{}}}}) {
    const std::string text = writeDocument(document);
    const auto again = readDocument(text);
    ASSERT_TRUE(again) << allOf(again.error()) << text;
    EXPECT_EQ(*again, document) << text;
    EXPECT_EQ(writeDocument(*again), text);
  }
}

TEST(DocumentJson, WritesAlbsNamesAndOnlyWhatApplies) {
  const std::string text = writeDocument(fullDocument());
  for (const char* part :
       {"\"version\": 1", "\"scheme\": \"internet-facing\"", "\"ipAddressType\": \"dualstack\"",
        "\"idleTimeoutSeconds\": 120", "\"protocol\": \"HTTPS\"", "\"source\": \"local-ca\"",
        "\"type\": \"forward\"", "\"protocolVersion\": \"GRPC\"", "\"healthCheckPort\": 9000",
        "\"healthCheckPort\": \"traffic-port\"", "\"grpcCode\": \"0,12\"", "\"httpCode\": \"200-299\"",
        "\"deregistrationDelaySeconds\": 17"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, StartsWith("{\n  \"version\": 1,\n  \"loadBalancers\": ["));
  EXPECT_EQ(text.find("grpcCode", text.find("\"httpCode\"")), std::string::npos);
}

TEST(DocumentJson, MissingFieldsTakeTheirDefaults) {
  const auto document = readDocument(R"({"version": 1,
    "loadBalancers": [{"name": "shop", "listeners": [{"port": 50051}, {"protocol": "HTTP", "port": 80},
                                                     {"port": 1, "certificates": []}]}],
    "targetGroups": [{"name": "a", "port": 50061, "targets": [{"id": "127.0.0.1"}, {"id": "h", "port": 7}]},
                     {"name": "b", "protocolVersion": "HTTP2"}]})");
  ASSERT_TRUE(document) << allOf(document.error());
  const auto& listeners = document->loadBalancers[0].listeners;
  EXPECT_EQ(listeners[0].certificates, std::vector<Certificate>{Certificate{}});
  EXPECT_EQ(listeners[0].sslPolicy, kDefaultSslPolicy);
  EXPECT_TRUE(listeners[1].certificates.empty());
  EXPECT_TRUE(listeners[2].certificates.empty());
  EXPECT_EQ(document->loadBalancers[0].attributes, LoadBalancerAttributes{});
  EXPECT_EQ(document->targetGroups[0].targets, (std::vector<Target>{{"127.0.0.1", 50061}, {"h", 7}}));
  EXPECT_EQ(document->targetGroups[0].healthCheck, HealthCheck{});
  EXPECT_EQ(document->targetGroups[1].healthCheck.path, "/");
}

TEST(DocumentJson, SaysWhereTextIsNoJson) {
  EXPECT_THAT(issuesOf("{\n  \"version\": 1,\n  \"loadBalancers\": [}\n}"),
              ElementsAre(issueAt("", "Line 3, column 21: this is not JSON: unexpected '}'")));
  EXPECT_THAT(issuesOf(""),
              ElementsAre(issueAt("", "Line 1, column 1: this is not JSON: unexpected end of input")));
  EXPECT_THAT(issuesOf("{\"version\": 1,}"), ElementsAre(issueAt("", "Line 1, column 15: this is not JSON")));
  EXPECT_THAT(issuesOf("{\"version\": \"\xFF\"}"), ElementsAre(issueAt("", "this is not JSON")));
  EXPECT_THAT(issuesOf("[]"), ElementsAre(issueAt("", "A workspace is a JSON object")));
  EXPECT_THAT(issuesOf(std::string(100000, '[')), ElementsAre(issueAt("", "this is not JSON")));
}

TEST(DocumentJson, SurvivesDeepNesting) {
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  EXPECT_THAT(issuesOf("{\"version\": 1, \"x\": " + deep + "}"), ElementsAre(issueAt("x", "Unknown field.")));
  EXPECT_THAT(issuesOf("{\"version\": 1, \"loadBalancers\": " + deep + "}"),
              ElementsAre(issueAt("loadBalancers[0]", "Write an object")));
}

TEST(DocumentJson, RefusesOtherVersions) {
  EXPECT_THAT(issuesOf(R"({"version": 2, "things": []})"),
              ElementsAre(issueAt("version", "made by a newer Spillway: this one reads version 1")));
  EXPECT_THAT(issuesOf("{}"), ElementsAre(issueAt("version", "write \"version\": 1")));
  EXPECT_THAT(issuesOf(R"({"version": "1"})"), ElementsAre(issueAt("version", "The version is 1.")));
  EXPECT_THAT(issuesOf(R"({"version": 0})"), ElementsAre(issueAt("version", "The version is 1.")));
}

struct FormCase {
  const char* json;  ///< inside of the top object
  const char* path;
  const char* value;
  const char* words;
};

TEST(DocumentJson, NamesFieldValueAndWhatIsAllowed) {
  const std::vector<FormCase> cases{
      {R"("loadBalancer": [])", "loadBalancer", "[]", "Unknown field. Did you mean \"loadBalancers\"?"},
      {R"("loadBalancers": [{"Name": "x"}])", "loadBalancers[0].Name", "x", "Did you mean \"name\"?"},
      {R"("loadBalancers": [{"beyondAlb": {"h2c": true}}])", "loadBalancers[0].beyondAlb.h2c", "true",
       "Known here: plaintextHttp2, retryUnprocessedRequests,"},
      {R"("targetGroups": [{"health_check_path": "/"}])", "targetGroups[0].health_check_path", "/",
       "Did you mean \"healthCheckPath\"?"},
      {R"("loadBalancers": [{"scheme": "public"}])", "loadBalancers[0].scheme", "public",
       "Allowed here: internal or internet-facing."},
      {R"("targetGroups": [{"protocolVersion": "grpc"}])", "targetGroups[0].protocolVersion", "grpc",
       "Allowed here: HTTP1, HTTP2 or GRPC. Did you mean \"GRPC\"?"},
      {R"("targetGroups": [{"protocol": 1}])", "targetGroups[0].protocol", "1",
       "Allowed here: HTTP or HTTPS."},
      {R"("loadBalancers": [{"listeners": [{"port": "50051"}]}])", "loadBalancers[0].listeners[0].port",
       "50051", "whole number, without quotes"},
      {R"("loadBalancers": [{"listeners": [{"port": 1.5}]}])", "loadBalancers[0].listeners[0].port", "1.5",
       "whole number"},
      {R"("loadBalancers": [{"listeners": [{"port": -1}]}])", "loadBalancers[0].listeners[0].port", "-1",
       "not negative"},
      {R"("loadBalancers": [{"listeners": [{"port": 4294967296}]}])", "loadBalancers[0].listeners[0].port",
       "4294967296", "4294967295 at the most"},
      {R"("loadBalancers": [{"name": null}])", "loadBalancers[0].name", "null", "text in quotes"},
      {R"("loadBalancers": [{"beyondAlb": {"plaintextHttp2": "yes"}}])",
       "loadBalancers[0].beyondAlb.plaintextHttp2", "yes", "true or false"},
      {R"("loadBalancers": {})", "loadBalancers", "{}", "Write a list"},
      {R"("loadBalancers": ["shop"])", "loadBalancers[0]", "shop", "Write an object"},
      {R"("targetGroups": [{"healthCheckPort": "http"}])", "targetGroups[0].healthCheckPort", "http",
       "\"traffic-port\" or a port number"},
      {R"("targetGroups": [{"matcher": {"httpCode": "200"}}])", "targetGroups[0].matcher.httpCode", "200",
       "write grpcCode"},
      {R"("targetGroups": [{"protocolVersion": "HTTP2", "matcher": {"grpcCode": "0"}}])",
       "targetGroups[0].matcher.grpcCode", "0", "write httpCode"},
      {R"("localServices": [{"command": ["a", 7]}])", "localServices[0].command[1]", "7", "text in quotes"},
      {R"("localServices": [{"ports": [50061, "x"]}])", "localServices[0].ports[1]", "x", "whole number"},
      {R"("targetGroups": [{"targets": [{}, {"id": "a", "id": "b"}]}])", "targetGroups[0].targets[1].id", "",
       "written twice"},
  };
  for (const auto& [json, path, value, words] : cases) {
    const auto issues = issuesOf("{\"version\": 1, " + std::string(json) + "}");
    ASSERT_THAT(issues, ElementsAre(issueAt(path, words))) << json << "\n" << allOf(issues);
    EXPECT_EQ(issues[0].value, value) << json;
    EXPECT_EQ(issues[0].severity, Issue::Severity::Error);
  }
}

TEST(DocumentJson, CollectsEveryProblem) {
  const auto issues =
      issuesOf(R"({"version": 1, "loadBalancers": [{"nam": 1, "scheme": "x", "listeners": [7]}, 8],
                                   "targetGroups": [{"port": "x"}]})");
  EXPECT_EQ(issues.size(), 5U) << allOf(issues);
}

TEST(DocumentJson, CutsLongValuesBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i)
    umlauts += "ü";
  const auto issues = issuesOf(R"({"version": 1, "localServices": ")" + umlauts + "x\"}");
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].value, umlauts.substr(0, 60) + "…");
}

class DocumentFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "spillway-document-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }
  std::size_t fileCount() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  std::filesystem::path folder_;
};

unsigned modeOf(const std::string& file) {
  struct stat status {};
  EXPECT_EQ(::stat(file.c_str(), &status), 0);
  return status.st_mode & 0777U;
}

constexpr const char* kGood = R"({"version": 1,
  "loadBalancers": [{"name": "shop", "listeners": [{"port": 50051, "defaultActions": [{"targetGroup": "g"}]}]}],
  "targetGroups": [{"name": "g", "port": 50061, "targets": [{"id": "127.0.0.1"}]}]})";

TEST_F(DocumentFile, SavedIsLoadedAgain) {
  const auto document = readDocument(kGood);
  ASSERT_TRUE(document);
  ASSERT_TRUE(saveDocument(*document, path("a.spillway.json")));
  EXPECT_EQ(modeOf(path("a.spillway.json")), 0600U);
  EXPECT_EQ(fileCount(), 1U) << "the temporary file is gone";
  const auto loaded = loadDocument(path("a.spillway.json"));
  ASSERT_TRUE(loaded) << allOf(loaded.error());
  EXPECT_EQ(*loaded, *document);
}

TEST_F(DocumentFile, SavingKeepsModeAndLink) {
  const std::string file = write("real.json", "old");
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  std::filesystem::create_symlink("real.json", path("link.json"));
  ASSERT_TRUE(saveDocument({}, path("link.json")));
  EXPECT_TRUE(std::filesystem::is_symlink(path("link.json")));
  EXPECT_EQ(modeOf(file), 0644U);
  EXPECT_TRUE(loadDocument(file));
}

TEST_F(DocumentFile, SaysWhyItCannotReadOrWrite) {
  const auto missing = loadDocument(path("none.json"));
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error(), ElementsAre(issueAt("", "none.json\": No such file or directory.")));
  EXPECT_FALSE(loadDocument(folder_.string()));
  const auto saved = saveDocument({}, path("no/such/folder.json"));
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.error().detail,
              AllOf(HasSubstr("Cannot write"), HasSubstr("No such file or directory.")));
  ASSERT_FALSE(saveDocument({}, folder_.string())) << "a folder is not replaced by a file";
  EXPECT_EQ(fileCount(), 0U);
}

TEST_F(DocumentFile, TellsProblemsOfFormAndOfSenseTogether) {
  const auto loaded = loadDocument(write("bad.json", R"({"version": 1,
    "loadBalancers": [{"name": "shop-", "listenrs": [], "attributes": {"idleTimeoutSeconds": 0}}],
    "targetGroups": [{"name": "g", "port": "x", "targets": [{"id": "127.0.0.1"}],
                      "healthCheckIntervalSeconds": 5, "matcher": {"grpcCode": "abc"}}]})"));
  ASSERT_FALSE(loaded);
  const auto& issues = loaded.error();
  for (const auto& [path, words] : std::vector<std::pair<const char*, const char*>>{
           {"loadBalancers[0].listenrs", "Did you mean \"listeners\"?"},
           {"targetGroups[0].port", "whole number"},
           {"loadBalancers[0].name", "Try \"shop\"."},
           {"loadBalancers[0].attributes.idleTimeoutSeconds", "1-4000"},
           {"targetGroups[0].healthCheckTimeoutSeconds", "must be smaller"},
           {"targetGroups[0].matcher.grpcCode", "'abc'"}}) {
    EXPECT_THAT(issues, Contains(issueAt(path, words)));
  }
  // What could not be read is not judged as if it were missing.
  EXPECT_THAT(issues, Not(Contains(issueAt("loadBalancers[0].listeners", ""))));
  EXPECT_THAT(issues, Not(Contains(issueAt("targetGroups[0].port", "1-65535"))));
}

TEST_F(DocumentFile, AMistypedGroupNameIsOneProblem) {
  const auto loaded = loadDocument(write("bad.json", R"({"version": 1,
    "loadBalancers": [{"name": "shop", "listeners": [{"port": 50051, "defaultActions": [{"targetGroup": "g"}]}]}],
    "targetGroups": [{"nam": "g", "port": 50061, "targets": [{"id": "127.0.0.1"}]}]})"));
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(), ElementsAre(issueAt("targetGroups[0].nam", "Did you mean \"name\"?")));
}

TEST_F(DocumentFile, WarningsAloneAreNoFailure) {
  EXPECT_TRUE(
      loadDocument(write("warn.json", R"({"version": 1, "targetGroups": [{"name": "g", "port": 1}]})")));
}

}  // namespace
}  // namespace spillway::config
