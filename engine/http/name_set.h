// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway::http {

/// A fixed set of field names, none of them empty, asked about every field that passes: most names are told
/// apart by their length and first letter.
template <std::size_t N>
class NameSet {
 public:
  constexpr explicit NameSet(const std::array<std::string_view, N>& names) : names_(names) {
    for (const std::string_view name : names)
      firstLetters_[name.size() % kLengths] |= letterOf(name);
  }

  constexpr bool contains(std::string_view name) const {
    if (name.empty() || (firstLetters_[name.size() % kLengths] & letterOf(name)) == 0) return false;
    for (const std::string_view each : names_) {
      if (each == name) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t kLengths = 32;
  static constexpr std::uint32_t letterOf(std::string_view name) {
    return std::uint32_t{1} << (name.front() & 31);
  }

  std::array<std::string_view, N> names_;
  std::array<std::uint32_t, kLengths> firstLetters_{};  ///< of the names of each length
};

}  // namespace spillway::http
