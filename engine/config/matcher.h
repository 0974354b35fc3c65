// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace spillway::config {

/// A parsed success-code matcher: "12", "0,12", "0-99", "200-299,301" (ALB's Matcher).
class CodeMatcher {
 public:
  /// `lowest` and `highest` bound each code (0-99 for gRPC, 200-499 for HTTP). The error's detail is one
  /// sentence that names the value and what would be right.
  static Result<CodeMatcher> parse(std::string_view text, std::uint32_t lowest, std::uint32_t highest);
  bool matches(std::uint32_t code) const;

 private:
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges_;
};

}  // namespace spillway::config
