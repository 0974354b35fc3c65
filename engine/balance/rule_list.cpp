// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/rule_list.h"

#include <algorithm>
#include <utility>

#include "engine/balance/request_view.h"
#include "engine/balance/rule_matcher.h"

namespace spillway::balance {
namespace {

/// Looks for a rule that matches, before that at `best`.
std::size_t betterOf(const std::vector<RuleSnapshot>& rules, const std::vector<std::uint32_t>& positions,
                     const RequestView& request, std::size_t best) {
  for (const std::uint32_t position : positions) {
    if (position >= best) break;
    if (rules[position].matcher->matches(request)) return position;
  }
  return best;
}

}  // namespace

RuleList::RuleList(std::vector<RuleSnapshot> inOrder) : rules_(std::move(inOrder)) {
  for (std::uint32_t position = 0; position + 1 < rules_.size(); ++position) {
    const auto& patterns = rules_[position].matcher->pathPatterns();
    if (patterns.empty()) others_.push_back(position);
    for (const std::string& pattern : patterns)
      enter(position, pattern);
  }
  for (const auto& [prefix, positions] : byPrefix_)
    prefixLengths_.push_back(prefix.size());
  std::ranges::sort(prefixLengths_);
  prefixLengths_.erase(std::unique(prefixLengths_.begin(), prefixLengths_.end()), prefixLengths_.end());
}

void RuleList::enter(std::uint32_t position, const std::string& pathPattern) {
  const std::size_t wildcard = pathPattern.find_first_of("*?");
  if (wildcard == std::string::npos) {
    byPath_[pathPattern].push_back(position);
  } else {
    byPrefix_[pathPattern.substr(0, wildcard)].push_back(position);
  }
}

std::size_t RuleList::firstMatch(const RequestView& request) const {
  const std::string_view path = request.path();
  std::size_t best = betterOf(rules_, others_, request, rules_.size() - 1);
  if (const auto found = byPath_.find(path); found != byPath_.end())
    best = betterOf(rules_, found->second, request, best);
  for (const std::size_t length : prefixLengths_) {
    if (length > path.size()) break;
    const auto found = byPrefix_.find(path.substr(0, length));
    if (found != byPrefix_.end()) best = betterOf(rules_, found->second, request, best);
  }
  return best;
}

}  // namespace spillway::balance
