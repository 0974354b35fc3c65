// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>

#include "engine/history/filter_lexer.h"
#include "engine/observe/access_log_format.h"

namespace spillway::history {
namespace {

/// Longer texts would fill the filter's line; a filter has an end (filter_parser.cpp).
constexpr std::size_t kLongestValue = 500;

bool isPlain(char c) {
  return c >= ' ' && c <= '~';
}

/// Whether a line of text holds it as it is, whatever its bytes mean.
bool canBeWritten(std::string_view text) {
  return text.size() <= kLongestValue && std::ranges::all_of(text, isPlain);
}

/// Its longest stretch of printable ASCII.
std::string_view plainPart(std::string_view text) {
  std::string_view longest;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && isPlain(text[end]))
      ++end;
    if (end - at > longest.size()) longest = text.substr(at, end - at);
    at = end + 1;
  }
  return longest.substr(0, kLongestValue);
}

std::string textClause(const FieldInfo& field, std::string_view text) {
  const std::string name(field.name);
  if (text.empty()) return "not " + name;
  if (canBeWritten(text)) return name + " = " + asValue(text);
  const std::string_view part = plainPart(text);
  return part.empty() ? name : name + " contains " + asValue(part);
}

std::string durationText(std::int64_t micros) {
  if (micros % 1000 == 0) return fmt::format("{}ms", micros / 1000);
  return std::abs(micros) < 1000 ? fmt::format("{}us", micros)
                                 : fmt::format("{}.{:03}ms", micros / 1000, std::abs(micros % 1000));
}

std::string numberText(const FieldInfo& field, std::int64_t value) {
  const auto choice = std::ranges::find(field.choices, value, &FieldChoice::value);
  if (choice != field.choices.end()) return std::string(choice->name);
  switch (field.type) {
    case FieldType::Duration:
      return durationText(value);
    case FieldType::Time:
      return observe::formatIsoTime(WallTime(std::chrono::microseconds(value)));
    case FieldType::Flag:
      return value != 0 ? "true" : "false";
    default:
      return std::to_string(value);
  }
}

bool isMeasured(const FieldInfo& field) {
  return field.type == FieldType::Duration || field.type == FieldType::Bytes || field.type == FieldType::Time;
}

/// Whether one of these words stands in the filter, outside of quotes.
bool has(const std::string& filter, std::initializer_list<std::string_view> words) {
  const auto tokens = readTokens(filter);
  if (!tokens) return true;
  return std::ranges::any_of(*tokens, [&](const FilterToken& token) {
    return token.kind == FilterToken::Kind::Word && std::ranges::find(words, token.text) != words.end();
  });
}

std::string grouped(const std::string& filter, std::initializer_list<std::string_view> words) {
  return has(filter, words) ? '(' + filter + ')' : filter;
}

bool isEmpty(const std::string& filter) {
  return filter.find_first_not_of(" \t\r\n") == std::string::npos;
}

}  // namespace

std::string inQuotes(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string asValue(std::string_view text) {
  const auto tokens = readTokens(text);
  const bool isWord = tokens && tokens->size() == 2 && (*tokens)[0].kind == FilterToken::Kind::Word &&
                      (*tokens)[0].text == text && std::ranges::all_of(text, isPlain);
  return isWord ? std::string(text) : inQuotes(text);
}

std::string valueText(const FieldInfo& field, const observe::StreamRecord& record) {
  if (field.isText()) {
    std::string room;
    return std::string(field.textOf(record, room));
  }
  const auto number = field.numberOf(record);
  return number ? numberText(field, *number) : std::string();
}

std::string clauseOf(const FieldInfo& field, const observe::StreamRecord& record) {
  const std::string value = valueText(field, record), name(field.name);
  if (field.isText()) return textClause(field, value);
  if (value.empty()) return "not " + name;
  if (field.type == FieldType::Flag) return value == "true" ? name : "not " + name;
  return name + (isMeasured(field) ? " >= " : " = ") + asValue(value);
}

std::string bothOf(const std::string& one, const std::string& other) {
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) ? other : one;
  return grouped(one, {"or"}) + " and " + grouped(other, {"or"});
}

std::string eitherOf(const std::string& one, const std::string& other) {
  return isEmpty(one) || isEmpty(other) ? std::string() : one + " or " + other;
}

std::string allBut(const std::string& filter) {
  const std::string_view no = "not ";
  if (filter.starts_with(no) && !has(filter, {"and", "or"})) return filter.substr(no.size());
  return "not " + grouped(filter, {"and", "or"});
}

}  // namespace spillway::history
