// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter_parser.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "engine/base/text.h"
#include "engine/config/suggestion.h"
#include "engine/history/filter_lexer.h"
#include "engine/history/filter_predicate.h"
#include "engine/history/filter_values.h"

namespace spillway::history {
namespace {

using Kind = FilterToken::Kind;
using Node = std::shared_ptr<const FilterNode>;
using Parsed = Result<Node, FilterError>;

constexpr std::size_t kLongest = 8 * 1024;
constexpr int kDeepest = 64;
constexpr std::size_t kMostValues = 256;
/// Words that stand for a whole filter.
constexpr std::array kShort{std::pair{
    "error",
    "status >= 400 or grpc.status != OK or not outcome in (completed, redirected, fixed_response, open)"}};
/// Where a text by itself is looked for.
constexpr std::array kSearchedNames{"grpc.status", "grpc.kind", "type", "outcome"};
constexpr std::array kSearched{"path",       "authority",    "client", "target",
                               "user_agent", "grpc.message", "cause"};

constexpr std::array kOperators{std::pair{"=", FilterOp::Equal},   std::pair{"!=", FilterOp::NotEqual},
                                std::pair{"<", FilterOp::Less},    std::pair{"<=", FilterOp::LessOrEqual},
                                std::pair{">", FilterOp::Greater}, std::pair{">=", FilterOp::GreaterOrEqual},
                                std::pair{"~", FilterOp::Search},  std::pair{"contains", FilterOp::Contains}};

FilterError at(const FilterToken& token, std::string message) {
  return {token.position, token.length, std::move(message)};
}

Node combined(FilterNode::Kind kind, std::vector<Node> parts) {
  auto node = std::make_shared<FilterNode>();
  node->kind = kind;
  node->parts = std::move(parts);
  return node;
}

Node negated(Node node) {
  return combined(FilterNode::Kind::Not, {std::move(node)});
}

Node comparison(const FieldInfo& field, FilterOp op, std::vector<std::string> texts = {}) {
  auto node = std::make_shared<FilterNode>();
  node->field = &field;
  node->op = op;
  node->texts = std::move(texts);
  return node;
}

/// The values of a field whose names have the text in them; null when none has.
Node namedLike(const FieldInfo& field, std::string_view lowered) {
  auto node = std::make_shared<FilterNode>();
  node->field = &field;
  node->op = FilterOp::In;
  for (const FieldChoice& choice : field.choices) {
    if (containsLowered(choice.name, lowered)) node->numbers.push_back({choice.value, choice.value});
  }
  return node->numbers.empty() ? nullptr : node;
}

/// A text by itself: found in any of the fields that people look at.
Node found(std::string_view text) {
  const std::string lowered = lowerCase(text);
  std::vector<Node> places;
  places.reserve(kSearched.size() + kSearchedNames.size() + 1);
  for (const char* name : kSearched)
    places.push_back(comparison(*findField(name), FilterOp::Contains, {lowered}));
  for (const char* name : kSearchedNames) {
    if (Node named = namedLike(*findField(name), lowered)) places.push_back(std::move(named));
  }
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (error == std::errc() && end == text.data() + text.size() && status >= 100 && status < 600) {
    auto node = std::make_shared<FilterNode>();
    node->field = findField("status");
    node->op = FilterOp::Equal;
    node->numbers = {{status, status}};
    places.push_back(std::move(node));
  }
  return combined(FilterNode::Kind::Or, std::move(places));
}

class Parser {
 public:
  Parser(std::vector<FilterToken> tokens, WallTime now) : tokens_(std::move(tokens)), now_(now) {}

  Parsed all() {
    Parsed tree = any();
    if (tree && token().kind != Kind::End)
      return failure(
          at(token(), fmt::format("'{}' cannot follow here: put 'and' or 'or' before it.", token().text)));
    return tree;
  }

 private:
  const FilterToken& token() const { return tokens_[next_]; }
  const FilterToken& following() const { return tokens_[std::min(next_ + 1, tokens_.size() - 1)]; }
  bool isWord(std::string_view word) const { return token().kind == Kind::Word && token().text == word; }
  bool take(std::string_view word) {
    if (!isWord(word)) return false;
    ++next_;
    return true;
  }

  Parsed any() { return chain(FilterNode::Kind::Or, "or", &Parser::every); }
  Parsed every() { return chain(FilterNode::Kind::And, "and", &Parser::one); }

  Parsed chain(FilterNode::Kind kind, std::string_view word, Parsed (Parser::*part)()) {
    std::vector<Node> parts;
    do {
      Parsed parsed = (this->*part)();
      if (!parsed) return parsed;
      parts.push_back(std::move(*parsed));
    } while (take(word));
    return parts.size() == 1 ? std::move(parts[0]) : combined(kind, std::move(parts));
  }

  Parsed one() {
    if (depth_ == kDeepest)
      return failure(at(token(), fmt::format("Parentheses and 'not' may be nested {} deep.", kDeepest)));
    if (take("not")) {
      ++depth_;
      Parsed inner = one();
      --depth_;
      if (!inner) return inner;
      return negated(std::move(*inner));
    }
    if (token().kind == Kind::Open) return inParentheses();
    return condition();
  }

  Parsed inParentheses() {
    const FilterToken open = token();
    ++next_;
    ++depth_;
    Parsed inner = any();
    --depth_;
    if (!inner) return inner;
    if (token().kind != Kind::Close)
      return failure(at(open, fmt::format("This '{}' is not closed.", open.text)));
    ++next_;
    return inner;
  }

  Parsed condition() {
    const FilterToken first = token();
    if (isText()) return texts();
    if (first.kind != Kind::Word || first.text == "and" || first.text == "or")
      return failure(at(first, first.kind == Kind::End ? "Here a condition is missing, like status = 5xx."
                                                       : fmt::format("'{}' needs a condition before it, like "
                                                                     "status = 5xx.",
                                                                     first.text)));
    ++next_;
    if (first.text == "since" && token().kind == Kind::Word) return since();
    if (first.text == "header" && token().kind == Kind::OpenIndex) return header();
    if (const FieldInfo* field = findField(first.text)) return comparisonOf(*field);
    for (const auto& [word, meaning] : kShort) {
      if (first.text == word && !operatorHere() && !isWord("in")) return parseFilter(meaning, now_);
    }
    return failure(at(first, unknownField(first.text)));
  }

  /// Whether a text by itself stands here: no field, and nothing that is compared.
  bool isText() const {
    if (token().kind == Kind::String) return true;
    const std::string& word = token().text;
    if (token().kind != Kind::Word || word == "and" || word == "or" || word == "not" || findField(word))
      return false;
    const FilterToken& next = following();
    const bool isShort = std::ranges::any_of(kShort, [&](const auto& known) { return word == known.first; });
    const bool isSpecial =
        (word == "since" && next.kind == Kind::Word) || (word == "header" && next.kind == Kind::OpenIndex);
    const bool isCompared = next.kind == Kind::Operator ||
                            (next.kind == Kind::Word && (next.text == "contains" || next.text == "in"));
    return !isShort && !isSpecial && !isCompared;
  }

  /// One text after the other: all must be found.
  Parsed texts() {
    std::vector<Node> all;
    for (; isText(); ++next_)
      all.push_back(found(token().text));
    return all.size() == 1 ? std::move(all[0]) : combined(FilterNode::Kind::And, std::move(all));
  }

  /// "since 5m"
  Parsed since() {
    const FieldInfo& time = *findField("time");
    const auto micros = readDuration("since", token().text);
    if (!micros) return failure(at(token(), micros.error()));
    ++next_;
    auto node = std::make_shared<FilterNode>();
    node->field = &time;
    node->op = FilterOp::GreaterOrEqual;
    const std::int64_t now =
        std::chrono::duration_cast<std::chrono::microseconds>(now_.time_since_epoch()).count();
    node->numbers = {{now - *micros, now - *micros}};
    return node;
  }

  /// header["user-agent"]
  Parsed header() {
    ++next_;
    const FilterToken name = token();
    if ((name.kind != Kind::String && name.kind != Kind::Word) || following().kind != Kind::CloseIndex)
      return failure(at(name, "A header is written as header[\"user-agent\"]."));
    next_ += 2;
    return comparisonOf(headerField(name.text));
  }

  static std::string unknownField(std::string_view name) {
    std::vector<std::string_view> names;
    for (const FieldInfo& field : filterFields())
      names.push_back(field.name);
    return fmt::format("There is no field '{}'.{}", name, config::didYouMean(name, names));
  }

  struct Operator {
    FilterOp op;
    bool isNegated;
  };

  std::optional<Operator> operatorHere() const {
    if (token().kind != Kind::Operator && !isWord("contains")) return std::nullopt;
    if (token().text == "!~") return Operator{FilterOp::Search, true};
    for (const auto& [text, op] : kOperators) {
      if (token().text == text) return Operator{op, false};
    }
    return std::nullopt;
  }

  Parsed comparisonOf(const FieldInfo& field) {
    if (isWord("in")) return listOf(field);
    const auto op = operatorHere();
    if (!op) return field.type == FieldType::Flag ? flag(field) : comparison(field, FilterOp::Has);
    const FilterToken sign = token();
    const bool isOfText = op->op == FilterOp::Search || op->op == FilterOp::Contains;
    const bool isOfOrder = op->op >= FilterOp::Less && op->op <= FilterOp::GreaterOrEqual;
    if (isOfText && !field.isText())
      return failure(at(sign, fmt::format("'{}' is no text: compare it with =, !=, < or >.", field.name)));
    if (isOfOrder && field.isText())
      return failure(
          at(sign, fmt::format("'{}' is a text: compare it with =, !=, ~ or contains.", field.name)));
    ++next_;
    auto node = std::make_shared<FilterNode>();
    node->field = &field;
    node->op = op->op;
    if (auto error = takeValue(*node)) return failure(*error);
    if (!op->isNegated) return node;
    // A missing text does not match !~ either.
    return combined(FilterNode::Kind::And, {comparison(field, FilterOp::Has), negated(node)});
  }

  static Node flag(const FieldInfo& field) {
    auto node = std::make_shared<FilterNode>();
    node->field = &field;
    node->op = FilterOp::Equal;
    node->numbers = {{1, 1}};
    return node;
  }

  Parsed listOf(const FieldInfo& field) {
    ++next_;
    const FilterToken open = token();
    if (open.kind != Kind::Open)
      return failure(at(open, fmt::format("After 'in' comes a list: {} in (…, …).", field.name)));
    ++next_;
    auto node = std::make_shared<FilterNode>();
    node->field = &field;
    node->op = FilterOp::In;
    while (token().kind != Kind::Close) {
      if (node->numbers.size() + node->texts.size() == kMostValues)
        return failure(at(token(), fmt::format("A list has {} values at the most.", kMostValues)));
      if (auto error = takeValue(*node)) return failure(*error);
      if (token().kind == Kind::Comma) ++next_;
    }
    ++next_;
    if (node->numbers.empty() && node->texts.empty()) return failure(at(open, "This list is empty."));
    return node;
  }

  /// Adds the value that comes next.
  std::optional<FilterError> takeValue(FilterNode& node) {
    const FilterToken value = token();
    if (value.kind != Kind::Word && value.kind != Kind::String)
      return at(value, fmt::format("Here a value of '{}' is missing.", node.field->name));
    ++next_;
    if (node.field->isText()) return takeText(node, value);
    FilterToken whole = value;
    // "10s ago", "10 s ago"
    while (node.field->type == FieldType::Time && value.kind == Kind::Word && token().kind == Kind::Word &&
           (isWord("ago") || following().text == "ago")) {
      whole.text += ' ' + token().text;
      whole.length = token().position + token().length - whole.position;
      ++next_;
    }
    const auto number = readValue(*node.field, whole.text, now_);
    if (!number) return at(whole, number.error());
    node.numbers.push_back(*number);
    return std::nullopt;
  }

  static std::optional<FilterError> takeText(FilterNode& node, const FilterToken& value) {
    node.texts.push_back(node.op == FilterOp::Contains ? lowerCase(value.text) : value.text);
    if (node.op != FilterOp::Search) return std::nullopt;
    auto pattern = Regex::compile(value.text, LetterCase::Sensitive);
    if (!pattern) return at(value, fmt::format("This is no regular expression: {}.", pattern.error().detail));
    node.pattern = std::make_shared<const Regex>(std::move(*pattern));
    return std::nullopt;
  }

  const std::vector<FilterToken> tokens_;
  const WallTime now_;
  std::size_t next_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<std::shared_ptr<const FilterNode>, FilterError> parseFilter(std::string_view text, WallTime now) {
  if (text.size() > kLongest)
    return failure(FilterError{kLongest, text.size() - kLongest,
                               fmt::format("A filter may be {} bytes long.", kLongest)});
  auto tokens = readTokens(text);
  if (!tokens) return failure(tokens.error());
  if (tokens->size() == 1) return nullptr;
  return Parser(std::move(*tokens), now).all();
}

}  // namespace spillway::history
