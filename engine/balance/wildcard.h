// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/letter_case.h"

namespace spillway::balance {

/// A value of a condition: * stands for any characters, ? for one. Covers the whole text (alb-behaviour
/// §2.2). Matching takes at most |pattern| × |text| steps and no memory.
class Wildcard {
 public:
  /// Whether a backslash takes the meaning from the * or ? behind it (query-string only).
  enum class Escapes : std::uint8_t { None, Backslash };

  explicit Wildcard(std::string_view pattern, LetterCase = LetterCase::Sensitive, Escapes = Escapes::None);
  bool matches(std::string_view text) const;

 private:
  enum class Kind : std::uint8_t { Letter, AnyOne, AnyMany };
  struct Step {
    Kind kind;
    char letter;
  };
  bool takes(const Step& step, char c) const;

  std::vector<Step> steps_;
  LetterCase letterCase_;
};

}  // namespace spillway::balance
