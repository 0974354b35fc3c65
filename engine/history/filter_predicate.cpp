// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter_predicate.h"

#include <algorithm>

#include "engine/base/text.h"

namespace spillway::history {
namespace {

using observe::StreamRecord;

bool compare(std::int64_t value, FilterOp op, const NumberRange& range) {
  switch (op) {
    case FilterOp::NotEqual:
      return value < range.low || value > range.high;
    case FilterOp::Less:
      return value < range.low;
    case FilterOp::LessOrEqual:
      return value <= range.high;
    case FilterOp::Greater:
      return value > range.high;
    case FilterOp::GreaterOrEqual:
      return value >= range.low;
    default:
      return value >= range.low && value <= range.high;
  }
}

bool compareNumber(const FilterNode& node, const StreamRecord& record) {
  const auto value = node.field->numberOf(record);
  if (!value || node.op == FilterOp::Has) return value.has_value();
  return std::ranges::any_of(node.numbers,
                             [&](const NumberRange& range) { return compare(*value, node.op, range); });
}

bool compareText(const FilterNode& node, const StreamRecord& record) {
  std::string room;
  const std::string_view text = node.field->textOf(record, room);
  if (text.empty()) return false;
  switch (node.op) {
    case FilterOp::Has:
      return true;
    case FilterOp::NotEqual:
      return text != node.texts[0];
    case FilterOp::Search:
      return node.pattern->isIn(text);
    case FilterOp::Contains:
      return containsLowered(text, node.texts[0]);
    default:
      return std::ranges::find(node.texts, text) != node.texts.end();
  }
}

}  // namespace

bool containsLowered(std::string_view text, std::string_view loweredWord) {
  const auto found = std::search(text.begin(), text.end(), loweredWord.begin(), loweredWord.end(),
                                 [](char a, char b) { return lowerCase(a) == b; });
  return found != text.end() || loweredWord.empty();
}

bool isTrue(const FilterNode& node, const StreamRecord& record) {
  const auto isPartTrue = [&](const auto& part) { return isTrue(*part, record); };
  switch (node.kind) {
    case FilterNode::Kind::And:
      return std::ranges::all_of(node.parts, isPartTrue);
    case FilterNode::Kind::Or:
      return std::ranges::any_of(node.parts, isPartTrue);
    case FilterNode::Kind::Not:
      return !isPartTrue(node.parts[0]);
    case FilterNode::Kind::Compare:
      break;
  }
  return node.field->isText() ? compareText(node, record) : compareNumber(node, record);
}

}  // namespace spillway::history
