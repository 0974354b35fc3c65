// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/observe/events.h"

namespace spillway::history {

/// What is wrong with a filter, where, and what would be right. Positions are bytes.
struct FilterError {
  std::size_t position = 0, length = 0;
  std::string message;
};

/// A condition on rows of the table `entries`; it is never NULL. Its parameters stand for the ? in order.
struct SqlCondition {
  std::string text;
  std::vector<std::variant<std::int64_t, std::string>> parameters;
};

struct FilterNode;

/// Which requests somebody wants to see: "grpc.status = UNAVAILABLE and duration > 250ms". An immutable
/// value, cheap to copy; any thread. As a predicate and as SQL it selects the same requests.
///
/// A comparison with a value that a request does not have (grpc.status of a web page) is false, whatever its
/// operator; `not (…)` of it is true. A field alone asks whether there is a value. Texts without a field must
/// all be found in the fields that people look at, whatever their case: "GetFeature unavailable".
class Filter {
 public:
  Filter() = default;  ///< selects all
  /// `now` is what "10s ago" is reckoned from.
  static Result<Filter, FilterError> parse(std::string_view text, WallTime now);

  bool selectsAll() const { return root_ == nullptr; }
  const std::string& text() const { return text_; }
  /// What a person should know about it although it is right, in words; empty: nothing.
  std::string remark() const;
  bool matches(const observe::StreamRecord&) const;
  SqlCondition sql() const;
  /// What of it restricts the time, and must hold; an index finds such entries. nullopt: nothing does.
  std::optional<SqlCondition> timeSql() const;

 private:
  std::string text_;
  std::shared_ptr<const FilterNode> root_;
};

}  // namespace spillway::history
