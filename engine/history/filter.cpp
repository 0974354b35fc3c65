// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter.h"

#include "engine/history/filter_parser.h"
#include "engine/history/filter_predicate.h"
#include "engine/history/filter_sql.h"

namespace spillway::history {

Result<Filter, FilterError> Filter::parse(std::string_view text, WallTime now) {
  auto root = parseFilter(text, now);
  if (!root) return failure(root.error());
  Filter filter;
  filter.text_ = text;
  filter.root_ = std::move(*root);
  return filter;
}

bool Filter::matches(const observe::StreamRecord& record) const {
  return !root_ || isTrue(*root_, record);
}

SqlCondition Filter::sql() const {
  return root_ ? toSql(*root_) : SqlCondition{"1", {}};
}

}  // namespace spillway::history
