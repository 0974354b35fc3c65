// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace spillway::config {
namespace {

constexpr std::size_t kLongestName = 32;

bool isNameCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

std::string trimHyphens(const std::string& name) {
  const auto first = name.find_first_not_of('-');
  return first == std::string::npos ? "" : name.substr(first, name.find_last_not_of('-') - first + 1);
}

}  // namespace

void Findings::error(std::string path, std::string value, std::string message) {
  issues_.push_back({std::move(path), std::move(value), std::move(message), Issue::Severity::Error});
}

void Findings::warning(std::string path, std::string value, std::string message) {
  issues_.push_back({std::move(path), std::move(value), std::move(message), Issue::Severity::Warning});
}

void checkRange(Findings& findings, const std::string& path, std::uint32_t value, Range range,
                std::string_view what) {
  if (range.contains(value)) return;
  findings.error(path, std::to_string(value), fmt::format("{} is {}-{}.", what, range.lowest, range.highest));
}

void checkName(Findings& findings, const std::string& path, const std::string& name, std::string_view what) {
  if (name.empty()) {
    findings.error(path, "", fmt::format("A {} needs a name: 1-32 letters, digits and hyphens.", what));
  } else if (!std::ranges::all_of(name, isNameCharacter)) {
    findings.error(path, name,
                   fmt::format("The name of a {} has only letters a-z, digits and hyphens.", what));
  } else if (name.size() > kLongestName) {
    findings.error(path, name, fmt::format("The name of a {} cannot be longer than 32 characters.", what));
  } else if (name.front() == '-' || name.back() == '-') {
    const std::string better = trimHyphens(name);
    findings.error(path, name,
                   fmt::format("{} with a hyphen.{}", name.back() == '-' ? "Ends" : "Begins",
                               better.empty() ? "" : fmt::format(" Try \"{}\".", better)));
  }
}

}  // namespace spillway::config
