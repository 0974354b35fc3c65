// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/entry_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/history/entry_columns.h"
#include "engine/history/entry_lines.h"
#include "engine/history/filter_fields.h"

namespace spillway::history {
namespace {

using Json = nlohmann::ordered_json;

/// Flags have one column together.
constexpr std::pair<std::string_view, std::int64_t> kFlags[] = {{"grpc", kGrpc},
                                                                {"balancer", kFromBalancer},
                                                                {"fail_open", kFailOpen},
                                                                {"session_reused", kSessionReused}};

const FieldInfo* fieldOfColumn(std::string_view column) {
  const auto fields = filterFields();
  const auto found = std::ranges::find(fields, column, &FieldInfo::column);
  return found == fields.end() ? nullptr : &*found;
}

/// The name under which a column stands in the text: its field's, or its own.
std::string nameOf(std::string_view column) {
  const FieldInfo* field = fieldOfColumn(column);
  return std::string(field ? field->name : column);
}

/// "2026-03-02T09:15:04.218734Z" in microseconds since 1970.
std::optional<std::int64_t> readTime(const std::string& text) {
  int year = 0, hour = 0, minute = 0, second = 0, micros = 0, length = 0;
  unsigned month = 0, day = 0;
  const int read = std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d.%6dZ%n", &year, &month, &day, &hour,
                               &minute, &second, &micros, &length);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (read != 7 || static_cast<std::size_t>(length) != text.size() || !date.ok()) return std::nullopt;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                    std::chrono::seconds(second) + std::chrono::microseconds(micros);
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

std::optional<std::int64_t> readWord(const FieldInfo& field, const std::string& word) {
  const auto choice = std::ranges::find(field.choices, word, &FieldChoice::name);
  if (choice != field.choices.end()) return choice->value;
  return field.type == FieldType::Time ? readTime(word) : std::nullopt;
}

std::optional<std::int64_t> readNumber(const FieldInfo* field, const Json& value) {
  if (field && value.is_string()) return readWord(*field, value.get<std::string>());
  if (!value.is_number()) return std::nullopt;
  if (field && field->type == FieldType::Duration) return std::llround(value.get<double>() * 1e6);
  if (!value.is_number_integer()) return std::nullopt;
  return value.get<std::int64_t>();
}

Error wrong(const std::string& name, const Json& value) {
  return {ErrorCode::Invalid, Side::Balancer,
          fmt::format("The field '{}' of a stream cannot be {}.", name,
                      value.dump(-1, ' ', false, Json::error_handler_t::replace))};
}

/// Puts a value through a column; what is missing stays as it is.
Result<void> takeNumber(const Json& json, const NumberColumn& column, EntryDraft& draft) {
  const std::string name = nameOf(column.name);
  const auto at = json.find(name);
  if (at == json.end()) return {};
  const auto number = readNumber(fieldOfColumn(column.name), *at);
  if (!number) return failure(wrong(name, *at));
  column.put(draft, *number);
  return {};
}

template <class Column>
Result<void> takeText(const Json& json, const Column& column, EntryDraft& draft) {
  const std::string name = nameOf(column.name);
  const auto at = json.find(name);
  if (at != json.end() && !at->is_string()) return failure(wrong(name, *at));
  column.put(draft, at == json.end() ? std::string() : at->template get<std::string>());
  return {};
}

/// {"x-canary": "yes"}; what is missing stays as it is.
Result<void> takeHeaders(const Json& json, EntryDraft& draft) {
  const auto at = json.find("headers");
  if (at == json.end()) return {};
  if (!at->is_object()) return failure(wrong("headers", *at));
  for (const auto& [name, value] : at->items()) {
    if (!value.is_string()) return failure(wrong("headers", *at));
    draft.head.keptFields.emplace_back(name, value.get<std::string>());
  }
  return {};
}

Result<void> takeAll(const Json& json, EntryDraft& draft) {
  std::int64_t flags = 0;
  for (const auto& [name, flag] : kFlags) {
    const auto at = json.find(std::string(name));
    if (at != json.end() && at->is_boolean() && at->get<bool>()) flags |= flag;
  }
  for (const NumberColumn& column : numberColumns()) {
    if (std::string_view(column.name) == "flags") {
      column.put(draft, flags);
    } else if (auto taken = takeNumber(json, column, draft); !taken) {
      return taken;
    }
  }
  for (const TextColumn& column : textColumns()) {
    if (auto taken = takeText(json, column, draft); !taken) return taken;
  }
  for (const OwnTextColumn& column : ownTextColumns()) {
    if (auto taken = takeText(json, column, draft); !taken) return taken;
  }
  return takeHeaders(json, draft);
}

}  // namespace

std::string entryJson(const observe::StreamRecord& record) {
  Json json = Json::parse(jsonLine(record));
  json["stream"] = record.head->id;
  for (const TextColumn& column : textColumns()) {
    if (fieldOfColumn(column.name)) continue;
    std::string room;
    if (const auto text = column.of(record, room); !text.empty()) json[column.name] = text;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::shared_ptr<const observe::StreamRecord>> readEntryJson(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object())
    return failure(Error{ErrorCode::Invalid, Side::Balancer, "A stream's summary is no JSON object."});
  EntryDraft draft;
  if (auto taken = takeAll(json, draft); !taken) return failure(taken.error());
  auto record = std::make_shared<observe::StreamRecord>(std::move(draft.record));
  record->head = std::make_shared<const observe::StreamHead>(std::move(draft.head));
  return std::shared_ptr<const observe::StreamRecord>(std::move(record));
}

}  // namespace spillway::history
