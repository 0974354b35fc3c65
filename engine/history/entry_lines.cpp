// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/entry_lines.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/history/filter_fields.h"
#include "engine/observe/access_log_format.h"

namespace spillway::history {
namespace {

using Json = nlohmann::ordered_json;

Json numberOf(const FieldInfo& field, std::int64_t value) {
  const auto choice = std::ranges::find(field.choices, value, &FieldChoice::value);
  if (choice != field.choices.end()) return choice->name;
  switch (field.type) {
    case FieldType::Flag:
      return value != 0;
    case FieldType::Duration:
      return static_cast<double>(value) / 1e6;
    case FieldType::Time:
      return observe::formatIsoTime(WallTime(std::chrono::microseconds(value)));
    default:
      return value;
  }
}

/// Null where there is none.
Json valueOf(const FieldInfo& field, const observe::StreamRecord& record) {
  if (field.isText()) {
    std::string room;
    const std::string_view text = field.textOf(record, room);
    return text.empty() ? Json() : Json(text);
  }
  const auto number = field.numberOf(record);
  return number ? numberOf(field, *number) : Json();
}

std::string quotedForCsv(std::string text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2)
    text.insert(at, 1, '"');
  return '"' + text + '"';
}

std::string inCsv(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return quotedForCsv(value.get<std::string>());
  return value.dump();
}

template <class Text>
std::string csvOf(Text&& textOf) {
  std::string line;
  for (const FieldInfo& field : filterFields()) {
    if (!line.empty() || &field != filterFields().data()) line += ',';
    line += textOf(field);
  }
  return line;
}

}  // namespace

std::string jsonLine(const observe::StreamRecord& record) {
  Json json = Json::object();
  for (const FieldInfo& field : filterFields()) {
    if (Json value = valueOf(field, record); !value.is_null())
      json[std::string(field.name)] = std::move(value);
  }
  for (const auto& [name, value] : record.head->keptFields)
    json["headers"][name] = value;
  // Clients may send what is no UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string csvHead() {
  return csvOf([](const FieldInfo& field) { return std::string(field.name); });
}

std::string csvLine(const observe::StreamRecord& record) {
  return csvOf([&](const FieldInfo& field) { return inCsv(valueOf(field, record)); });
}

}  // namespace spillway::history
