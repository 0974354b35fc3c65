// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "engine/config/cidr.h"
#include "engine/config/validate_rules.h"
#include "engine/config/words.h"

/// A rule's conditions (alb-behaviour §2.1-2.4).
namespace spillway::config {
namespace {

constexpr std::size_t kMostValuesOfCondition = 3, kMostValuesOfRule = 5, kMostWildcards = 6;
constexpr std::size_t kLongestValue = 128, kLongestName = 40;

bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool isLetterOrDigit(char c) {
  return isLetter(c) || (c >= '0' && c <= '9');
}
bool consistsOf(std::string_view text, std::string_view others) {
  return std::ranges::all_of(
      text, [others](char c) { return isLetterOrDigit(c) || others.find(c) != std::string_view::npos; });
}

std::string hostProblem(const std::string& value) {
  if (value.find(':') != std::string::npos)
    return "Write the host alone: ports do not count, nor do schemes.";
  if (!consistsOf(value, "-.*?"))
    return "A host pattern has only letters, digits, hyphens and dots, and the wildcards * and ?.";
  const std::size_t dot = value.rfind('.');
  if (dot != std::string::npos && dot + 1 < value.size() &&
      std::all_of(value.begin() + static_cast<std::ptrdiff_t>(dot) + 1, value.end(), isLetter))
    return "";
  return "A host pattern has at least one dot, and only letters after the last one, like *.example.com.";
}

std::string pathProblem(const std::string& value) {
  if (consistsOf(value, "_-.$/~\"'@:+&*?")) return "";
  return "A path pattern has only letters, digits, _ - . $ / ~ \" ' @ : + & and the wildcards * and ?.";
}

std::string methodProblem(const std::string& value) {
  if (value.size() > kLongestName) return "A method has 40 characters at the most.";
  const bool isMethod =
      std::ranges::all_of(value, [](char c) { return (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; });
  if (isMethod) return "";
  return "A method is compared letter by letter: only A-Z, - and _, no wildcards, like GET.";
}

std::string networkProblem(const std::string& value) {
  if (value == "255.255.255.255/32") return "This address is not allowed: name the network of the clients.";
  if (Cidr::parse(value)) return "";
  if (value.find('/') == std::string::npos) {
    const bool ipv6 = value.find(':') != std::string::npos;
    const std::string whole = value + (ipv6 ? "/128" : "/32");
    if (Cidr::parse(whole))
      return fmt::format("A network has a prefix: for this one address write {}.", whole);
  }
  return "A source is a network like 10.0.0.0/8 or fd00::/8.";
}

std::string valueProblem(ConditionField field, const std::string& value) {
  if (value.empty()) return "An empty value matches nothing: write one or remove it.";
  if (value.size() > kLongestValue) return "A value has 128 characters at the most.";
  if (hasUnprintable(value)) return "A value has only visible ASCII characters.";
  switch (field) {
    case ConditionField::HostHeader:
      return hostProblem(value);
    case ConditionField::PathPattern:
      return pathProblem(value);
    case ConditionField::HttpRequestMethod:
      return methodProblem(value);
    case ConditionField::SourceIp:
      return networkProblem(value);
    case ConditionField::HttpHeader:
    case ConditionField::QueryString:
      return "";
  }
  return "";
}

std::string headerNameProblem(std::string name) {
  if (name.empty()) return "Name the header field.";
  if (name.size() > kLongestName) return "The name of a header field has 40 characters at the most here.";
  // RFC 9110 §5.6.2, without the * that would look like a wildcard.
  if (!consistsOf(name, "!#$%&'+-.^_`|~"))
    return "The name of a header field has only letters, digits and ! # $ % & ' + - . ^ _ ` | ~, no "
           "wildcards.";
  std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  return name == "host" ? "The host has its own condition: use host-header." : "";
}

/// Whether values may have wildcards, or be regular expressions instead.
bool hasPatterns(ConditionField field) {
  return field == ConditionField::HostHeader || field == ConditionField::PathPattern ||
         field == ConditionField::HttpHeader;
}

void checkRegexes(Findings& findings, const std::string& path, const Condition& condition) {
  if (condition.regexValues.empty()) return;
  if (!hasPatterns(condition.field)) {
    return findings.error(path, "",
                          fmt::format("A {} condition takes no regular expressions: only host-header, "
                                      "path-pattern and http-header do.",
                                      wordOf(condition.field)));
  }
  if (!condition.values.empty())
    findings.error(path, "", "A condition has either values or regexValues: make two rules to have both.");
  for (std::size_t i = 0; i < condition.regexValues.size(); ++i) {
    if (const auto problem = regexProblem(condition.regexValues[i], kLongestValue); !problem.empty())
      findings.error(fmt::format("{}[{}]", path, i), condition.regexValues[i], problem);
  }
}

void checkQueryPairs(Findings& findings, const std::string& path, const std::vector<QueryPair>& pairs) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::string pairPath = fmt::format("{}[{}]", path, i);
    const auto check = [&](const char* member, const std::string& text) {
      const auto problem = valueProblem(ConditionField::QueryString, text);
      if (!problem.empty()) findings.error(pairPath + member, text, problem);
    };
    if (pairs[i].key) check(".key", *pairs[i].key);
    check(".value", pairs[i].value);
  }
}

std::size_t countValues(const Condition& condition) {
  return condition.values.size() + condition.regexValues.size() + condition.queryPairs.size();
}

void checkCondition(Findings& findings, const std::string& path, const Condition& condition) {
  if (condition.field == ConditionField::HttpHeader) {
    if (const auto problem = headerNameProblem(condition.httpHeaderName); !problem.empty())
      findings.error(path + ".httpHeaderName", condition.httpHeaderName, problem);
  }
  const std::size_t count = countValues(condition);
  if (count == 0) {
    findings.error(path + ".values", "", "A condition needs 1-3 values.");
  } else if (count > kMostValuesOfCondition) {
    findings.error(path + (condition.regexValues.empty() ? ".values" : ".regexValues"), std::to_string(count),
                   "A condition has 3 values at the most: put the others into a rule of their own.");
  }
  for (std::size_t i = 0; i < condition.values.size(); ++i) {
    if (const auto problem = valueProblem(condition.field, condition.values[i]); !problem.empty())
      findings.error(fmt::format("{}.values[{}]", path, i), condition.values[i], problem);
  }
  checkRegexes(findings, path + ".regexValues", condition);
  checkQueryPairs(findings, path + ".values", condition.queryPairs);
}

std::size_t countWildcards(std::string_view text, bool hasEscapes) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (hasEscapes && text[i] == '\\') {
      ++i;
    } else if (text[i] == '*' || text[i] == '?') {
      ++count;
    }
  }
  return count;
}

std::size_t countWildcards(const Condition& condition) {
  std::size_t count = 0;
  for (const std::string& value : condition.values)
    count += hasPatterns(condition.field) ? countWildcards(value, false) : 0;
  for (const QueryPair& pair : condition.queryPairs)
    count += countWildcards(pair.key.value_or(""), true) + countWildcards(pair.value, true);
  return count;
}

void checkCounts(Findings& findings, const std::string& path, const Rule& rule) {
  std::size_t values = 0, wildcards = 0;
  for (const Condition& condition : rule.conditions) {
    values += countValues(condition);
    wildcards += countWildcards(condition);
  }
  if (values > kMostValuesOfRule) {
    findings.error(path, std::to_string(values),
                   "The conditions of a rule have 5 values together at the most: make two rules of it.");
  }
  if (wildcards > kMostWildcards) {
    findings.error(path, std::to_string(wildcards),
                   "The conditions of a rule have 5 wildcards (* and ?) together at the most.");
  } else if (wildcards == kMostWildcards) {
    findings.warning(path, std::to_string(wildcards),
                     "AWS documents both 5 and 6 wildcards for a rule: with 6 it may be refused there.");
  }
}

/// ALB has them once in a rule, because their values are ORed anyway.
void checkKinds(Findings& findings, const std::string& path, const std::vector<Condition>& conditions) {
  Holders<ConditionField> kinds;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const ConditionField field = conditions[i].field;
    if (field == ConditionField::HttpHeader || field == ConditionField::QueryString) continue;
    const auto first = kinds.claim(field, fmt::format("conditions[{}]", i));
    if (first.empty()) continue;
    findings.error(fmt::format("{}[{}].field", path, i), std::string(wordOf(field)),
                   fmt::format("A rule has one {} condition at the most: put these values into {}.",
                               wordOf(field), first));
  }
}

bool leadsToGrpc(const Rule& rule, const Document& document) {
  return std::ranges::any_of(rule.actions, [&](const Action& action) {
    return std::ranges::any_of(action.targetGroups, [&](const WeightedTargetGroup& wanted) {
      const TargetGroup* group = findGroup(document, wanted.targetGroup);
      return group != nullptr && group->protocolVersion == ProtocolVersion::Grpc;
    });
  });
}

/// "/package.Service" looks like a service but matches no call: those are "/package.Service/Method".
void checkGrpcPaths(Findings& findings, const std::string& path, const Condition& condition) {
  if (condition.field != ConditionField::PathPattern) return;
  for (std::size_t i = 0; i < condition.values.size(); ++i) {
    const std::string& value = condition.values[i];
    if (value.find('*') != std::string::npos || std::ranges::count(value, '/') != 1) continue;
    findings.warning(fmt::format("{}.values[{}]", path, i), value,
                     "This matches no gRPC call: write /package.Service/* for a service, /package.* for a "
                     "package.");
  }
}

}  // namespace

void checkConditions(Findings& findings, const std::string& path, const Rule& rule,
                     const Document& document) {
  const std::string listPath = path + ".conditions";
  if (rule.conditions.empty()) {
    findings.error(listPath, "", "A rule needs a condition: what is to match always is the default action.");
  }
  checkKinds(findings, listPath, rule.conditions);
  checkCounts(findings, listPath, rule);
  const bool grpc = leadsToGrpc(rule, document);
  for (std::size_t i = 0; i < rule.conditions.size(); ++i) {
    const std::string conditionPath = fmt::format("{}[{}]", listPath, i);
    checkCondition(findings, conditionPath, rule.conditions[i]);
    if (grpc) checkGrpcPaths(findings, conditionPath, rule.conditions[i]);
  }
}

}  // namespace spillway::config
