// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/regex.h"
#include "engine/history/filter_fields.h"

namespace spillway::history {

enum class FilterOp : std::uint8_t {
  Equal,
  NotEqual,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  In,
  Has,
  Search,
  Contains
};

/// From `low` to `high`, both included: 5xx, a second, or just one number.
struct NumberRange {
  std::int64_t low = 0, high = 0;
};

/// A filter's tree. A comparison has a field and values of the field's kind.
struct FilterNode {
  enum class Kind : std::uint8_t { And, Or, Not, Compare };
  Kind kind = Kind::Compare;
  std::vector<std::shared_ptr<const FilterNode>> parts;  ///< of And, Or and Not

  const FieldInfo* field = nullptr;
  FilterOp op = FilterOp::Has;
  std::vector<NumberRange> numbers;      ///< one, or In's several
  std::vector<std::string> texts;        ///< the same; Contains: in lower case; Search: the pattern
  std::shared_ptr<const Regex> pattern;  ///< Search
};

}  // namespace spillway::history
