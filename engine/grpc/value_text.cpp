// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/value_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace spillway::grpc {
namespace {

/// The length of the well-formed UTF-8 character at the front of a text that is not empty; 0 for none
/// (RFC 3629 §4: no overlong forms, no surrogates, nothing beyond U+10FFFF).
std::size_t characterLength(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

void addEscaped(std::string& to, char c) {
  switch (c) {
    case '\n':
      to += "\\n";
      return;
    case '\r':
      to += "\\r";
      return;
    case '\t':
      to += "\\t";
      return;
    case '\\':
      to += "\\\\";
      return;
    default:
      to += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
}

bool isControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\';
}

template <class Number>
std::string numberText(Number value) {
  if (std::isnan(value)) return "nan";
  return fmt::format("{}", value);
}

}  // namespace

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = characterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string quotedText(std::string_view text, std::size_t most) {
  std::string quoted;
  std::size_t taken = 0;
  while (taken < text.size()) {
    const std::size_t length = characterLength(text.substr(taken));
    const std::size_t step = std::max<std::size_t>(length, 1);
    if (taken + step > most) break;
    if (length == 0 || (length == 1 && isControl(text[taken]))) {
      addEscaped(quoted, text[taken]);
    } else {
      quoted += text.substr(taken, length);
    }
    taken += step;
  }
  if (taken < text.size()) quoted += fmt::format(" … and {} bytes more", grouped(text.size() - taken));
  return quoted;
}

std::string hexText(Bytes bytes, std::size_t most) {
  if (bytes.empty()) return "0 bytes";
  std::string text = fmt::format("{} byte{}:", grouped(bytes.size()), bytes.size() == 1 ? "" : "s");
  const Bytes shown = bytes.first(std::min(bytes.size(), most));
  for (const std::uint8_t byte : shown)
    text += fmt::format(" {:02x}", byte);
  if (shown.size() < bytes.size()) text += " …";
  return text;
}

std::string floatText(float value) {
  return numberText(value);
}
std::string doubleText(double value) {
  return numberText(value);
}
std::string floatText(std::uint32_t bits) {
  return floatText(std::bit_cast<float>(bits));
}
std::string doubleText(std::uint64_t bits) {
  return doubleText(std::bit_cast<double>(bits));
}

std::string hereText(std::size_t count) {
  return fmt::format("{} {} here", grouped(count), count == 1 ? "is" : "are");
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;)
    digits.insert(at -= 3, ",");
  return digits;
}

}  // namespace spillway::grpc
