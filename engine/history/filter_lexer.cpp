// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter_lexer.h"

#include <fmt/core.h>

#include <array>
#include <optional>
#include <utility>

#include "engine/base/text.h"

namespace spillway::history {
namespace {

using Kind = FilterToken::Kind;

struct Sign {
  std::string_view text;
  Kind kind;
  std::string_view meaning;
};

/// Longer ones first.
constexpr std::array kSigns{
    Sign{"==", Kind::Operator, "="},  Sign{"!=", Kind::Operator, "!="}, Sign{"!~", Kind::Operator, "!~"},
    Sign{"<=", Kind::Operator, "<="}, Sign{">=", Kind::Operator, ">="}, Sign{"&&", Kind::Word, "and"},
    Sign{"||", Kind::Word, "or"},     Sign{"=", Kind::Operator, "="},   Sign{"<", Kind::Operator, "<"},
    Sign{">", Kind::Operator, ">"},   Sign{"~", Kind::Operator, "~"},   Sign{"!", Kind::Word, "not"},
    Sign{"(", Kind::Open, "("},       Sign{")", Kind::Close, ")"},      Sign{"{", Kind::Open, "{"},
    Sign{"}", Kind::Close, "}"},      Sign{"[", Kind::OpenIndex, "["},  Sign{"]", Kind::CloseIndex, "]"},
    Sign{",", Kind::Comma, ","}};

bool isSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Bytes of UTF-8 beyond ASCII are of words.
bool isOfWord(char c) {
  return isAlphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("._-:/*+%?@$^").find(c) != std::string_view::npos;
}

/// A string from its quote on; nullopt when it does not end.
std::optional<FilterToken> readString(std::string_view text, std::size_t at) {
  FilterToken token{Kind::String, {}, at, 0};
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      token.length = i + 1 - at;
      return token;
    }
    // A regular expression's backslashes stay as they are.
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) ++i;
    token.text += text[i];
  }
  return std::nullopt;
}

const Sign* signAt(std::string_view text) {
  for (const Sign& sign : kSigns) {
    if (text.starts_with(sign.text)) return &sign;
  }
  return nullptr;
}

}  // namespace

Result<std::vector<FilterToken>, FilterError> readTokens(std::string_view text) {
  std::vector<FilterToken> tokens;
  for (std::size_t at = 0; at < text.size();) {
    FilterToken token{Kind::Word, {}, at, 0};
    if (isSpace(text[at])) {
      ++at;
      continue;
    }
    if (text[at] == '"') {
      auto string = readString(text, at);
      if (!string)
        return failure(FilterError{at, text.size() - at, "This text has no end: close it with \"."});
      token = std::move(*string);
    } else if (const Sign* sign = signAt(text.substr(at))) {
      token = {sign->kind, std::string(sign->meaning), at, sign->text.size()};
    } else {
      while (at + token.length < text.size() && isOfWord(text[at + token.length]))
        ++token.length;
      if (token.length == 0)
        return failure(
            FilterError{at, 1, fmt::format("'{}' means nothing here. Put texts in \"quotes\".", text[at])});
      token.text = text.substr(at, token.length);
    }
    at += token.length;
    tokens.push_back(std::move(token));
  }
  tokens.push_back({Kind::End, {}, text.size(), 0});
  return tokens;
}

}  // namespace spillway::history
