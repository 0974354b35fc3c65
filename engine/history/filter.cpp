// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter.h"

#include <algorithm>

#include "engine/history/filter_node.h"
#include "engine/history/filter_parser.h"
#include "engine/history/filter_predicate.h"
#include "engine/history/filter_sql.h"

namespace spillway::history {
namespace {

bool asksKeptHeader(const FilterNode& node) {
  return (node.field && !node.field->header.empty()) ||
         std::ranges::any_of(node.parts, [](const auto& part) { return asksKeptHeader(*part); });
}

/// Those conditions on the time of which none may fail.
void collectTimes(const std::shared_ptr<const FilterNode>& node, FilterNode& times) {
  if (node->kind == FilterNode::Kind::And) {
    for (const auto& part : node->parts)
      collectTimes(part, times);
  } else if (node->kind == FilterNode::Kind::Compare && node->field->column == "time") {
    times.parts.push_back(node);
  }
}

}  // namespace

Result<Filter, FilterError> Filter::parse(std::string_view text, WallTime now) {
  auto root = parseFilter(text, now);
  if (!root) return failure(root.error());
  Filter filter;
  filter.text_ = text;
  filter.root_ = std::move(*root);
  return filter;
}

std::string Filter::remark() const {
  if (!root_ || !asksKeptHeader(*root_)) return {};
  return "Entries keep a header only from when Recording names it (loggedHeaders): elsewhere it counts as "
         "missing.";
}

bool Filter::matches(const observe::StreamRecord& record) const {
  return !root_ || isTrue(*root_, record);
}

SqlCondition Filter::sql() const {
  return root_ ? toSql(*root_) : SqlCondition{"1", {}};
}

std::optional<SqlCondition> Filter::timeSql() const {
  FilterNode times{.kind = FilterNode::Kind::And};
  if (root_) collectTimes(root_, times);
  if (times.parts.empty()) return std::nullopt;
  return toSql(times);
}

}  // namespace spillway::history
