// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter_sql.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include <utility>

#include "engine/history/filter_predicate.h"
#include "engine/history/header_rows.h"
#include "engine/history/trace_bytes.h"

namespace spillway::history {
namespace {

/// Appends a tree's condition.
class Writer {
 public:
  void write(const FilterNode& node) {
    switch (node.kind) {
      case FilterNode::Kind::And:
        return chain(node, " AND ");
      case FilterNode::Kind::Or:
        return chain(node, " OR ");
      case FilterNode::Kind::Not:
        result_.text += "(NOT ";
        write(*node.parts[0]);
        result_.text += ')';
        return;
      case FilterNode::Kind::Compare:
        break;
    }
    node.field->isText() ? text(node) : number(node);
  }
  SqlCondition take() { return std::move(result_); }

 private:
  void chain(const FilterNode& node, const char* between) {
    const char* gap = "(";
    for (const auto& part : node.parts) {
      result_.text += std::exchange(gap, between);
      write(*part);
    }
    result_.text += ')';
  }

  template <class... Values>
  void add(const std::string& text, Values&&... values) {
    result_.text += text;
    (result_.parameters.emplace_back(std::forward<Values>(values)), ...);
  }

  /// No comparison is true where there is no value, and none is NULL.
  void number(const FilterNode& node) {
    const FieldInfo& field = *node.field;
    const std::string column(field.column);
    add("(1");
    if (field.isNullable) add(" AND " + column + " IS NOT NULL");
    if (field.missing) add(" AND " + column + " <> ?", *field.missing);
    if (node.op != FilterOp::Has) {
      const char* gap = " AND (";
      for (const NumberRange& range : node.numbers) {
        add(std::exchange(gap, " OR "));
        field.isCoded&& isFromTo(node.op, range) ? codes(column, node.op, range)
                                                 : oneNumber(column, node.op, range);
      }
      add(")");
    }
    add(")");
  }

  static bool isFromTo(FilterOp op, const NumberRange& range) {
    return op == FilterOp::GreaterOrEqual ||
           ((op == FilterOp::Equal || op == FilterOp::In) && range.low != range.high);
  }

  /// A range as the values in it that there are, which the index finds one after the other: SQLite would
  /// look at every entry instead.
  void codes(const std::string& column, FilterOp op, const NumberRange& range) {
    const std::string least = "SELECT min(" + column + ") FROM entries WHERE " + column;
    add(column + " IN (WITH RECURSIVE found(value) AS (" + least + " >= ? UNION ALL SELECT (" + least +
            " > value) FROM found WHERE value IS NOT NULL) SELECT value FROM found WHERE value",
        range.low);
    op == FilterOp::GreaterOrEqual ? add(" IS NOT NULL)") : add(" <= ?)", range.high);
  }

  void oneNumber(const std::string& column, FilterOp op, const NumberRange& range) {
    switch (op) {
      case FilterOp::NotEqual:
        return range.low == range.high ? add(column + " <> ?", range.low)
                                       : add(column + " NOT BETWEEN ? AND ?", range.low, range.high);
      case FilterOp::Less:
        return add(column + " < ?", range.low);
      case FilterOp::LessOrEqual:
        return add(column + " <= ?", range.high);
      case FilterOp::Greater:
        return add(column + " > ?", range.high);
      case FilterOp::GreaterOrEqual:
        return add(column + " >= ?", range.low);
      default:
        return range.low == range.high ? add(column + " = ?", range.low)
                                       : add(column + " BETWEEN ? AND ?", range.low, range.high);
    }
  }

  /// Of numbered texts the few different ones are looked at, not each entry's.
  void text(const FilterNode& node) {
    const std::string column(node.field->column);
    const bool isOwn = node.field->type == FieldType::OwnText;
    add("(" + column + (isOwn ? " <> ''" : " <> 0"));
    if (node.op != FilterOp::Has) {
      add(isOwn ? " AND " : " AND " + column + " IN (SELECT id FROM texts WHERE ");
      compareText(node, isOwn ? "own_text(" + column + ")" : "text");
      if (!isOwn) add(")");
    }
    add(")");
  }

  void compareText(const FilterNode& node, const std::string& value) {
    switch (node.op) {
      case FilterOp::NotEqual:
        return add(value + " <> ?", node.texts[0]);
      case FilterOp::Search:
        return add("regexp(?, " + value + ")", node.texts[0]);
      case FilterOp::Contains:
        return add("contains(?, " + value + ")", node.texts[0]);
      default:
        break;
    }
    const char* gap = " IN (";
    add(value);
    for (const std::string& one : node.texts)
      add(std::exchange(gap, ", ") + std::string("?"), one);
    add(")");
  }

  SqlCondition result_;
};

std::string_view textOf(sqlite3_value* value) {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return bytes ? std::string_view(bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)))
               : std::string_view();
}

/// contains(lowered word, text)
void callContains(sqlite3_context* context, int, sqlite3_value** values) {
  sqlite3_result_int(context, containsLowered(textOf(values[1]), textOf(values[0])) ? 1 : 0);
}

/// regexp(pattern, text); SQLite keeps what was compiled as long as the pattern stays.
void callRegexp(sqlite3_context* context, int, sqlite3_value** values) {
  auto* pattern = static_cast<Regex*>(sqlite3_get_auxdata(context, 0));
  if (pattern) return sqlite3_result_int(context, pattern->isIn(textOf(values[1])) ? 1 : 0);
  auto compiled = Regex::compile(std::string(textOf(values[0])), LetterCase::Sensitive);
  if (!compiled) return sqlite3_result_error(context, compiled.error().detail.c_str(), -1);
  sqlite3_result_int(context, compiled->isIn(textOf(values[1])) ? 1 : 0);
  sqlite3_set_auxdata(context, 0, new Regex(std::move(*compiled)),
                      [](void* kept) { delete static_cast<Regex*>(kept); });
}

/// own_text(column): the text that an OwnTextColumn holds, in whatever form.
void callOwnText(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) != SQLITE_BLOB) return sqlite3_result_value(context, values[0]);
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(values[0]));
  const std::string text = unpackTrace({bytes, static_cast<std::size_t>(sqlite3_value_bytes(values[0]))});
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

std::string_view bytesOf(sqlite3_value* value) {
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
  return bytes ? std::string_view(bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)))
               : std::string_view();
}

/// kept_field(packed fields or NULL, name): the value, or an empty text.
void callKeptField(sqlite3_context* context, int, sqlite3_value** values) {
  const std::string_view value = packedField(bytesOf(values[0]), bytesOf(values[1]));
  sqlite3_result_text(context, value.empty() ? "" : value.data(), static_cast<int>(value.size()),
                      SQLITE_TRANSIENT);
}

}  // namespace

SqlCondition toSql(const FilterNode& node) {
  Writer writer;
  writer.write(node);
  return writer.take();
}

void addFilterFunctions(Database& database) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  sqlite3_create_function_v2(database.native(), "regexp", 2, kFlags, nullptr, callRegexp, nullptr, nullptr,
                             nullptr);
  sqlite3_create_function_v2(database.native(), "contains", 2, kFlags, nullptr, callContains, nullptr,
                             nullptr, nullptr);
  sqlite3_create_function_v2(database.native(), "own_text", 1, kFlags, nullptr, callOwnText, nullptr, nullptr,
                             nullptr);
  sqlite3_create_function_v2(database.native(), "kept_field", 2, kFlags, nullptr, callKeptField, nullptr,
                             nullptr, nullptr);
}

}  // namespace spillway::history
