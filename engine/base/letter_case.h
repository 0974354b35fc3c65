// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace spillway {

/// Whether "A" and "a" are the same.
enum class LetterCase : std::uint8_t { Sensitive, Insensitive };

/// ASCII letters in lower case; other bytes stay.
constexpr char lowered(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace spillway
