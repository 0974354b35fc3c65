// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/regex.h"

#include <re2/re2.h>

#include <algorithm>

namespace spillway {
namespace {

constexpr std::int64_t kMostMemory = 1 << 20;

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

Result<Regex> Regex::compile(const std::string& pattern, LetterCase letterCase) {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // what clients send need not be UTF-8
  options.set_case_sensitive(letterCase == LetterCase::Sensitive);
  options.set_max_mem(kMostMemory);
  options.set_log_errors(false);
  auto compiled = std::make_unique<const re2::RE2>(pattern, options);
  if (!compiled->ok()) return failure(Error{ErrorCode::Invalid, Side::Balancer, compiled->error()});
  return Regex(std::move(compiled));
}

Regex::Regex(std::unique_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

bool Regex::isIn(std::string_view text) const {
  return compiled_->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

std::size_t Regex::groupCount() const {
  return static_cast<std::size_t>(compiled_->NumberOfCapturingGroups());
}

std::vector<std::string_view> Regex::search(std::string_view text) const {
  std::vector<re2::StringPiece> found(groupCount() + 1);
  if (!compiled_->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, found.data(),
                        static_cast<int>(found.size()))) {
    return {};
  }
  std::vector<std::string_view> groups;
  groups.reserve(found.size());
  for (const auto& group : found)
    groups.emplace_back(group.data() ? std::string_view(group.data(), group.size()) : std::string_view());
  return groups;
}

}  // namespace spillway
