// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/balance/request_view.h"
#include "engine/config/rules.h"

namespace spillway::balance {

/// The conditions of one rule, compiled: all must hold, in each one value (alb-behaviour §2.1-2.3).
/// Immutable: any number of threads may ask it.
class RuleMatcher {
 public:
  /// From conditions that `config::validate` has accepted.
  explicit RuleMatcher(const std::vector<config::Condition>&);
  ~RuleMatcher();
  RuleMatcher(const RuleMatcher&) = delete;
  RuleMatcher& operator=(const RuleMatcher&) = delete;

  bool matches(const RequestView& request) const { return !firstFailing(request); }
  /// Index of the first condition that does not hold; nullopt = all hold.
  std::optional<std::size_t> firstFailing(const RequestView&) const;
  /// That condition in words: "path-pattern /a/* or /b", "http-header User-Agent: *Chrome*".
  const std::string& inWords(std::size_t condition) const;
  /// The path must match one of these for the rule to match; empty: any path may do.
  const std::vector<std::string>& pathPatterns() const { return pathPatterns_; }

 private:
  struct Compiled;
  std::vector<Compiled> conditions_;
  std::vector<std::string> pathPatterns_;
};

}  // namespace spillway::balance
