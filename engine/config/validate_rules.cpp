// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/validate_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/regex.h"

namespace spillway::config {
namespace {

constexpr std::size_t kMostRules = 100;
constexpr std::size_t kLongestRewrite = 1024;

/// Unicode classes are RE2's but not ALB's.
bool hasUnicodeClass(const std::string& regex) {
  for (std::size_t i = 0; i + 1 < regex.size(); ++i) {
    if (regex[i] != '\\') continue;
    ++i;
    if (regex[i] == 'p' || regex[i] == 'P') return true;
  }
  return false;
}

/// The first group that `replace` names and the regex does not have; 0 = none.
std::size_t missingGroup(const std::string& replace, std::size_t groups) {
  for (std::size_t i = 0; i < replace.size(); ++i) {
    if (replace[i] != '$') continue;
    std::size_t number = 0;
    for (std::size_t digits = 0; digits < 3 && i + 1 < replace.size(); ++digits) {
      const char c = replace[i + 1];
      if (c < '0' || c > '9') break;
      number = number * 10 + static_cast<std::size_t>(c - '0');
      ++i;
    }
    if (number > groups) return number;
  }
  return 0;
}

void checkRewrite(Findings& findings, const std::string& path, const Rewrite& rewrite) {
  if (const auto problem = regexProblem(rewrite.regex, kLongestRewrite); !problem.empty())
    return findings.error(path + ".regex", rewrite.regex, problem);
  if (rewrite.replace.size() > kLongestRewrite) {
    return findings.error(path + ".replace", rewrite.replace,
                          "A replacement has 1024 characters at the most.");
  }
  if (hasUnprintable(rewrite.replace)) {
    return findings.error(path + ".replace", rewrite.replace,
                          "A replacement has only visible ASCII characters.");
  }
  const std::size_t groups = Regex::compile(rewrite.regex, LetterCase::Sensitive)->groupCount();
  if (const std::size_t missing = missingGroup(rewrite.replace, groups); missing != 0) {
    findings.error(path + ".replace", rewrite.replace,
                   fmt::format("${} names a group that the regular expression does not have: it has {}.",
                               missing, groups == 0 ? "none" : fmt::format("$1-${}", groups)));
  }
}

void checkRule(Findings& findings, const std::string& path, const Rule& rule, const RuleScope& scope) {
  checkConditions(findings, path, rule, scope.relations.document);
  if (rule.hostHeaderRewrite) checkRewrite(findings, path + ".hostHeaderRewrite", *rule.hostHeaderRewrite);
  if (rule.urlRewrite) checkRewrite(findings, path + ".urlRewrite", *rule.urlRewrite);
  checkActions(findings, path + ".actions", rule.actions, scope);
}

/// Said once for a load balancer: at the listener where its rules become too many.
void checkRuleCount(Findings& findings, const std::string& path, const RuleScope& scope) {
  std::size_t before = 0;
  for (const Listener& listener : scope.balancer.listeners) {
    if (&listener == &scope.listener) break;
    before += listener.rules.size();
  }
  const std::size_t all = before + scope.listener.rules.size();
  if (before > kMostRules || all <= kMostRules) return;
  findings.error(path + ".rules", std::to_string(scope.listener.rules.size()),
                 fmt::format("The listeners of a load balancer have 100 rules together at the most, default "
                             "rules not counted; with these they are {}.",
                             all));
}

}  // namespace

std::string regexProblem(const std::string& regex, std::size_t longest) {
  if (regex.empty()) return "Write a regular expression.";
  if (regex.size() > longest)
    return fmt::format("A regular expression has {} characters at the most here.", longest);
  if (hasUnprintable(regex)) return "A regular expression has only visible ASCII characters.";
  if (hasUnicodeClass(regex)) return "ALB knows no Unicode classes like \\p{L}: write a class like [A-Za-z].";
  const auto compiled = Regex::compile(regex, LetterCase::Sensitive);
  if (compiled) return "";
  return fmt::format("This is no regular expression that can be used ({}); the syntax is RE2's.",
                     compiled.error().detail);
}

bool hasUnprintable(const std::string& text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c >= 0x7F; });
}

const TargetGroup* findGroup(const Document& document, const std::string& name) {
  const auto found = std::ranges::find(document.targetGroups, name, &TargetGroup::name);
  return found == document.targetGroups.end() ? nullptr : &*found;
}

void checkRules(Findings& findings, const std::string& path, const RuleScope& scope) {
  const std::vector<Rule>& rules = scope.listener.rules;
  Holders<std::uint32_t> priorities;
  checkRuleCount(findings, path, scope);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string rulePath = fmt::format("{}.rules[{}]", path, i);
    checkRange(findings, rulePath + ".priority", rules[i].priority, {1, 50000}, "A priority");
    if (const auto first = priorities.claim(rules[i].priority, fmt::format("rules[{}]", i)); !first.empty()) {
      findings.error(
          rulePath + ".priority", std::to_string(rules[i].priority),
          fmt::format("Priority {} is in use by {}: give each rule its own.", rules[i].priority, first));
    }
    checkRule(findings, rulePath, rules[i], scope);
  }
}

}  // namespace spillway::config
