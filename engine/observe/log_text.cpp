// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/log_text.h"

#include <fmt/format.h>

namespace spillway::observe {

std::string_view orDash(std::string_view text) {
  return text.empty() ? std::string_view("-") : text;
}

std::string quoted(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  result.reserve(text.size() + 2);
  result += '"';
  for (const char c : orDash(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      result += c;
      continue;
    }
    result += "\\x";
    result += kDigits[byte >> 4];
    result += kDigits[byte & 15];
  }
  result += '"';
  return result;
}

std::string formatSeconds(std::int64_t micros) {
  const std::int64_t millis = (micros + 500) / 1000;
  return fmt::format("{}.{:03}", millis / 1000, millis % 1000);
}

}  // namespace spillway::observe
