// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/letter_case.h"
#include "engine/base/result.h"

namespace re2 {
class RE2;
}

namespace spillway {

/// A regular expression in RE2's syntax: linear time, at most 1 MiB of memory. Works on bytes. Immutable: any
/// number of threads may search with it.
class Regex {
 public:
  /// The error's detail is RE2's own words, without a full stop: "missing ): (a".
  static Result<Regex> compile(const std::string& pattern, LetterCase);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// Whether it is found anywhere in the text; ^ and $ bind it to the ends.
  bool isIn(std::string_view text) const;
  /// How many groups ( ) it captures.
  std::size_t groupCount() const;
  /// The first place where it is found: [0] is all of it, [1] and so on are the groups, as views of the text;
  /// groups that took no part are empty. Nothing at all when it is not found.
  std::vector<std::string_view> search(std::string_view text) const;

 private:
  explicit Regex(std::unique_ptr<const re2::RE2>);
  std::unique_ptr<const re2::RE2> compiled_;
};

}  // namespace spillway
