// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/observe/events.h"

namespace spillway::history {

enum class FieldType : std::uint8_t {
  Text,
  OwnText,  ///< a text that hardly comes twice
  Number,
  Status,    ///< HTTP: 503, 5xx
  Duration,  ///< microseconds
  Bytes,
  Time,  ///< microseconds since 1970
  Choice,
  Flag,
};

/// A value that a field can have, by name.
struct FieldChoice {
  std::string_view name;
  std::int64_t value = 0;
};

/// A field of a request as people name it in filters and files.
struct FieldInfo {
  std::string_view name;
  FieldType type = FieldType::Text;
  std::string_view words;  ///< what it is, for people
  /// SQL: a number, a text's number in `texts`, or the text itself (OwnText).
  std::string_view column;
  std::vector<std::string_view> aliases = {};
  std::vector<FieldChoice> choices = {};  ///< Choice, and others whose numbers have names
  /// This number, and NULL, stand for "no value".
  std::optional<std::int64_t> missing = std::nullopt;
  bool isNullable = false;
  /// There are few different values, and an index finds the entries of each.
  bool isCoded = false;
  std::optional<std::int64_t> (*number)(const observe::StreamRecord&) = nullptr;
  std::string_view (*text)(const observe::StreamRecord&, std::string& room) = nullptr;
  std::string_view header = {};  ///< of one that only some summaries have: its name in lower case; no `text`

  bool isText() const { return type == FieldType::Text || type == FieldType::OwnText; }
  /// Few different ones come again and again, and only requests tell which: worth offering.
  bool isOffered() const {
    return isText() || type == FieldType::Status || (type == FieldType::Number && choices.empty());
  }
  std::string_view textOf(const observe::StreamRecord&, std::string& room) const;
  /// Its number, unless that stands for "no value".
  std::optional<std::int64_t> numberOf(const observe::StreamRecord&) const;
};

/// All of them, in the order in which a person may want them.
std::span<const FieldInfo> filterFields();

/// By name or alias; null when there is none.
const FieldInfo* findField(std::string_view name);

/// The field of a request header, whatever the case of its name: summaries have a few always, and others
/// where a recording names them. Any thread; what it answers stays until the program ends.
const FieldInfo& headerField(std::string_view header);

}  // namespace spillway::history
