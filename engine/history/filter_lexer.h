// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/history/filter.h"

namespace spillway::history {

struct FilterToken {
  enum class Kind : std::uint8_t { Word, String, Operator, Open, Close, OpenIndex, CloseIndex, Comma, End };
  Kind kind = Kind::End;
  std::string text;  ///< strings without quotes and backslashes; operators as && || ! are and or not
  std::size_t position = 0, length = 0;
};

/// The tokens of a filter, an End at last.
Result<std::vector<FilterToken>, FilterError> readTokens(std::string_view text);

}  // namespace spillway::history
