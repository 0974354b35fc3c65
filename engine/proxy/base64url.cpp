// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/base64url.h"

#include <cstdint>

namespace spillway::proxy {
namespace {

int valueOf(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  return c == '_' ? 63 : -1;
}

}  // namespace

std::optional<std::string> decodeBase64Url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = valueOf(c);
    if (value < 0) return std::nullopt;
    held = held << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xFF);
  }
  // Bits that stand for nothing would let one text be written in two ways.
  const bool isExact = (held & ((1U << bits) - 1)) == 0;
  return isExact ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace spillway::proxy
