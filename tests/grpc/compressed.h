// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace spillway::test {

/// By zlib; windowBits say in which format: 15 deflate, 15 + 16 gzip.
std::string compressed(const std::string& text, int windowBits);

inline std::string gzip(const std::string& text) {
  return compressed(text, 15 + 16);
}

}  // namespace spillway::test
