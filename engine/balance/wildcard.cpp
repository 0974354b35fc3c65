// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/wildcard.h"

#include <algorithm>
#include <cstddef>

namespace spillway::balance {

Wildcard::Wildcard(std::string_view pattern, LetterCase letterCase, Escapes escapes)
    : letterCase_(letterCase) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const bool escaped = escapes == Escapes::Backslash && c == '\\' && i + 1 < pattern.size() &&
                         (pattern[i + 1] == '*' || pattern[i + 1] == '?' || pattern[i + 1] == '\\');
    if (escaped) {
      steps_.push_back({Kind::Letter, pattern[++i]});
    } else if (c == '*') {
      const bool again = !steps_.empty() && steps_.back().kind == Kind::AnyMany;
      if (!again) steps_.push_back({Kind::AnyMany, 0});
    } else if (c == '?') {
      steps_.push_back({Kind::AnyOne, 0});
    } else {
      steps_.push_back({Kind::Letter, letterCase == LetterCase::Insensitive ? lowered(c) : c});
    }
  }
}

bool Wildcard::takes(const Step& step, char c) const {
  if (step.kind == Kind::AnyOne) return true;
  return step.kind == Kind::Letter &&
         step.letter == (letterCase_ == LetterCase::Insensitive ? lowered(c) : c);
}

bool Wildcard::matches(std::string_view text) const {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t step = 0, at = 0, star = kNone, resume = 0;
  while (at < text.size()) {
    if (step < steps_.size() && steps_[step].kind == Kind::AnyMany) {
      star = step++;
      resume = at;
    } else if (step < steps_.size() && takes(steps_[step], text[at])) {
      ++step;
      ++at;
    } else if (star != kNone) {
      // Only the last * need grow: what came before it has already matched as early as possible.
      step = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return std::all_of(steps_.begin() + static_cast<std::ptrdiff_t>(step), steps_.end(),
                     [](const Step& rest) { return rest.kind == Kind::AnyMany; });
}

}  // namespace spillway::balance
