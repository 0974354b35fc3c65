// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/base64url.h"

#include <array>
#include <cstdint>

namespace spillway {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> makeValues() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kDigits.size(); ++i)
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr auto kValues = makeValues();

}  // namespace

std::string toBase64Url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t pending = 0;
  int pendingBits = 0;
  for (const char byte : bytes) {
    pending = (pending << 8) | static_cast<unsigned char>(byte);
    for (pendingBits += 8; pendingBits >= 6; pendingBits -= 6)
      text += kDigits[(pending >> (pendingBits - 6)) & 0x3F];
  }
  if (pendingBits > 0) text += kDigits[(pending << (6 - pendingBits)) & 0x3F];
  return text;
}

std::optional<std::string> fromBase64Url(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t pending = 0;
  int pendingBits = 0;
  for (const char digit : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(digit)];
    if (value == kNoDigit) return std::nullopt;
    pending = (pending << 6) | value;
    pendingBits += 6;
    if (pendingBits < 8) continue;
    pendingBits -= 8;
    bytes += static_cast<char>((pending >> pendingBits) & 0xFF);
  }
  // What is left over must be nothing: a whole digit too many, or bits that say something.
  if (pendingBits >= 6 || (pending & ((1U << pendingBits) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace spillway
