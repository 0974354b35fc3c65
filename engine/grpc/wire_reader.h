// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"

/// Protobuf's wire format, field by field: what both the decoder and the tree without a schema stand on.
namespace spillway::grpc {

using Bytes = std::span<const std::uint8_t>;

inline Bytes bytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view textOf(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// From `begin` up to, not with, `end`.
struct ByteRange {
  std::size_t begin = 0, end = 0;

  std::size_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  Bytes of(Bytes message) const { return message.subspan(begin, size()); }
  bool operator==(const ByteRange&) const = default;
};

/// The last three bits of a tag, by their numbers on the wire.
enum class WireType : std::uint8_t {
  Varint = 0,
  Fixed64 = 1,
  LengthDelimited = 2,
  GroupStart = 3,
  GroupEnd = 4,
  Fixed32 = 5,
};

/// "length-delimited"
std::string_view nameOf(WireType);

/// How deep messages may lie inside each other: protobuf's own limit.
inline constexpr int kDeepestMessage = 100;

/// A field as it lies in a message's bytes.
struct WireField {
  std::uint32_t number = 0;
  WireType type = WireType::Varint;
  ByteRange range;           ///< with its tag, and a group's end
  ByteRange value;           ///< without tag and length prefix; what is inside a group
  std::uint64_t scalar = 0;  ///< of a varint, fixed32 or fixed64
};

/// Where bytes stop being a message, and why: "the varint does not end".
struct WireProblem {
  std::size_t at = 0;
  std::string reason;
  std::uint32_t number = 0;  ///< the field's; 0 where its tag cannot be read
};

/// A varint (at most ten bytes) and where it ends.
struct Varint {
  std::uint64_t value = 0;
  std::size_t end = 0;
};
Result<Varint, WireProblem> readVarint(Bytes bytes, std::size_t at);

/// The field that begins at `at`, which is within the bytes. A GroupEnd is a problem here: the group's start
/// has taken its own.
Result<WireField, WireProblem> readField(Bytes bytes, std::size_t at);

/// A little-endian number of 4 or 8 bytes.
std::uint64_t readFixed(Bytes bytes);

constexpr std::int64_t fromZigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

}  // namespace spillway::grpc
