// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <concepts>
#include <string>

/// Numbers as bytes of files and packets.
namespace spillway::exporting {

template <std::unsigned_integral Number>
void putBigEndian(std::string& to, Number value) {
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8)
    to += static_cast<char>(value >> shift & 0xFF);
}

template <std::unsigned_integral Number>
void putLittleEndian(std::string& to, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    to += static_cast<char>(value >> (8 * i) & 0xFF);
}

}  // namespace spillway::exporting
