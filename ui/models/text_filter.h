// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <string>
#include <string_view>
#include <vector>

#include "engine/observe/events.h"

namespace spillway::ui {

/// A few words, each of which must occur in some field of a row, whatever its letter case. No words: all rows
/// match.
class TextFilter {
 public:
  TextFilter() = default;
  explicit TextFilter(const QString& text);

  bool isEmpty() const { return words_.empty(); }
  /// The fields of one row, borrowed for the call.
  bool matches(const std::vector<std::string_view>& fields) const;
  bool operator==(const TextFilter&) const = default;

 private:
  std::vector<std::string> words_;  ///< lower case
};

/// The fields of a request that a filter looks at: path, method, target, client, type.
std::vector<std::string_view> filterFields(const observe::StreamHead& head, std::string_view target);
/// The statuses as words: "503 14 UNAVAILABLE".
std::string statusWords(const observe::StreamRecord& record);

}  // namespace spillway::ui
