// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/rule_matcher.h"

#include <algorithm>
#include <utility>

#include "engine/balance/uri.h"
#include "engine/balance/wildcard.h"
#include "engine/base/regex.h"
#include "engine/config/cidr.h"
#include "engine/config/words.h"

namespace spillway::balance {
namespace {

using config::ConditionField;
using Escapes = Wildcard::Escapes;

struct CompiledPair {
  std::optional<Wildcard> key;  ///< nullopt: any key
  Wildcard value;
};

std::string loweredText(std::string text) {
  std::ranges::transform(text, text.begin(), lowered);
  return text;
}

/// Paths are compared letter by letter. Hosts and header fields are not, also by regular expressions (the
/// latter is unverified).
LetterCase letterCaseOf(ConditionField field) {
  return field == ConditionField::PathPattern ? LetterCase::Sensitive : LetterCase::Insensitive;
}

std::string wordsOf(const config::Condition& condition) {
  std::string text(config::wordOf(condition.field));
  if (condition.field == ConditionField::HttpHeader) text += " " + condition.httpHeaderName + ":";
  std::string_view separator = " ";
  const auto add = [&](std::string_view kind, const std::string& value) {
    text.append(separator).append(kind).append(value);
    separator = " or ";
  };
  for (const std::string& value : condition.values)
    add("", value);
  for (const std::string& regex : condition.regexValues)
    add("regex ", regex);
  for (const config::QueryPair& pair : condition.queryPairs)
    add("", pair.key ? *pair.key + "=" + pair.value : pair.value);
  return text;
}

}  // namespace

struct RuleMatcher::Compiled {
  explicit Compiled(const config::Condition& condition);

  bool holds(const RequestView&) const;
  bool matchesText(std::string_view text) const;
  bool matchesHeader(const http::Headers&) const;
  bool matchesQuery(std::string_view query) const;

  ConditionField field;
  std::string words;
  std::string headerName;  ///< lower case
  std::vector<std::string> methods;
  std::vector<Wildcard> wildcards;
  std::vector<Regex> regexes;
  std::vector<CompiledPair> pairs;
  std::vector<config::Cidr> networks;
};

RuleMatcher::Compiled::Compiled(const config::Condition& condition)
    : field(condition.field), words(wordsOf(condition)), headerName(loweredText(condition.httpHeaderName)) {
  const LetterCase letterCase = letterCaseOf(field);
  if (field == ConditionField::HttpRequestMethod) {
    methods = condition.values;
  } else if (field == ConditionField::SourceIp) {
    for (const std::string& value : condition.values) {
      if (const auto network = config::Cidr::parse(value)) networks.push_back(*network);
    }
  } else {
    for (const std::string& value : condition.values)
      wildcards.emplace_back(value, letterCase);
  }
  for (const std::string& regex : condition.regexValues) {
    if (auto compiled = Regex::compile(regex, letterCase)) regexes.push_back(std::move(*compiled));
  }
  for (const config::QueryPair& pair : condition.queryPairs) {
    std::optional<Wildcard> key;
    if (pair.key) key.emplace(*pair.key, LetterCase::Insensitive, Escapes::Backslash);
    pairs.push_back({std::move(key), Wildcard(pair.value, LetterCase::Insensitive, Escapes::Backslash)});
  }
}

bool RuleMatcher::Compiled::holds(const RequestView& request) const {
  switch (field) {
    case ConditionField::HostHeader:
      return matchesText(request.host());
    case ConditionField::PathPattern:
      return matchesText(request.path());
    case ConditionField::HttpHeader:
      return matchesHeader(request.head().fields);
    case ConditionField::HttpRequestMethod:
      return std::ranges::find(methods, request.head().method) != methods.end();
    case ConditionField::QueryString:
      return matchesQuery(request.query());
    case ConditionField::SourceIp:
      return std::ranges::any_of(
          networks, [&](const config::Cidr& network) { return network.contains(request.client()); });
  }
  return false;
}

bool RuleMatcher::Compiled::matchesText(std::string_view text) const {
  return std::ranges::any_of(wildcards, [text](const Wildcard& value) { return value.matches(text); }) ||
         std::ranges::any_of(regexes, [text](const Regex& regex) { return regex.isIn(text); });
}

bool RuleMatcher::Compiled::matchesHeader(const http::Headers& fields) const {
  std::string storage;
  for (std::size_t i = 0; i < fields.count(); ++i) {
    const auto [name, value] = fields.at(i);
    if (name == headerName && matchesText(withoutControls(value, storage))) return true;
  }
  return false;
}

bool RuleMatcher::Compiled::matchesQuery(std::string_view query) const {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view item = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (item.empty()) continue;
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string_view key = item.substr(0, equals);
    const std::string_view value = item.substr(std::min(equals + 1, item.size()));
    const bool found = std::ranges::any_of(pairs, [&](const CompiledPair& pair) {
      return (!pair.key || pair.key->matches(key)) && pair.value.matches(value);
    });
    if (found) return true;
  }
  return false;
}

RuleMatcher::RuleMatcher(const std::vector<config::Condition>& conditions) {
  for (const config::Condition& condition : conditions) {
    conditions_.emplace_back(condition);
    if (condition.field == ConditionField::PathPattern && condition.regexValues.empty())
      pathPatterns_ = condition.values;
  }
}

RuleMatcher::~RuleMatcher() = default;

std::optional<std::size_t> RuleMatcher::firstFailing(const RequestView& request) const {
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    if (!conditions_[i].holds(request)) return i;
  }
  return std::nullopt;
}

const std::string& RuleMatcher::inWords(std::size_t condition) const {
  return conditions_[condition].words;
}

}  // namespace spillway::balance
