// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/trace_bytes.h"

#include <cstdint>

namespace spillway::history {
namespace {

constexpr std::string_view kBegin = "Root=1-", kDigits = "0123456789abcdef";
constexpr std::size_t kGap = kBegin.size() + 8;  ///< where the hyphen between time and number stands
constexpr std::size_t kLength = kGap + 1 + 24;

}  // namespace

std::optional<std::string> packTrace(std::string_view id) {
  if (id.size() != kLength || !id.starts_with(kBegin) || id[kGap] != '-') return std::nullopt;
  std::string bytes;
  std::uint32_t pending = 1;  // the first half of a byte, behind a mark
  for (std::size_t i = kBegin.size(); i < kLength; ++i) {
    if (i == kGap) continue;
    const auto digit = kDigits.find(id[i]);
    if (digit == kDigits.npos) return std::nullopt;
    pending = pending << 4 | static_cast<std::uint32_t>(digit);
    if (pending < 0x100) continue;
    bytes += static_cast<char>(pending & 0xFF);
    pending = 1;
  }
  return bytes;
}

std::string unpackTrace(std::string_view bytes) {
  std::string id(kBegin);
  for (const char byte : bytes) {
    if (id.size() == kGap) id += '-';
    id += kDigits[static_cast<std::uint8_t>(byte) >> 4];
    id += kDigits[static_cast<std::uint8_t>(byte) & 0xF];
  }
  return id;
}

}  // namespace spillway::history
