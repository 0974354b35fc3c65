// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/wire_reader.h"

#include <fmt/format.h>

#include <limits>

#include "engine/grpc/value_text.h"

namespace spillway::grpc {
namespace {

constexpr std::size_t kLongestVarint = 10, kLongestTag = 5, kLongestLength = 5;

auto problem(std::size_t at, std::uint32_t number, std::string reason) {
  return failure(WireProblem{at, std::move(reason), number});
}

struct Tag {
  std::uint32_t number = 0;
  WireType type = WireType::Varint;
  std::size_t end = 0;
};

Result<Tag, WireProblem> readTag(Bytes bytes, std::size_t at) {
  const auto varint = readVarint(bytes, at);
  if (!varint) return problem(at, 0, "the field's tag is cut off: " + varint.error().reason);
  if (varint->end - at > kLongestTag) return problem(at, 0, "the field's tag is longer than 5 bytes");
  const auto tag = static_cast<std::uint32_t>(varint->value);
  const std::uint32_t number = tag >> 3, type = tag & 7;
  if (number == 0) return problem(at, 0, "the field's number is 0, which no field has");
  if (type > 5) return problem(at, number, fmt::format("its wire type is {}, which there is not", type));
  return Tag{number, static_cast<WireType>(type), varint->end};
}

Result<WireField, WireProblem> readFieldAt(Bytes bytes, std::size_t at, int depth);

Result<WireField, WireProblem> readGroup(Bytes bytes, std::size_t at, const Tag& start, int depth) {
  if (depth >= kDeepestMessage) return problem(at, start.number, "groups lie more than 100 deep");
  std::size_t next = start.end;
  while (next < bytes.size()) {
    const auto tag = readTag(bytes, next);
    if (!tag) return failure(tag.error());
    if (tag->type == WireType::GroupEnd) {
      if (tag->number != start.number)
        return problem(next, start.number, fmt::format("its group is ended by field {}", tag->number));
      return WireField{start.number, WireType::GroupStart, {at, tag->end}, {start.end, next}, 0};
    }
    const auto field = readFieldAt(bytes, next, depth + 1);
    if (!field) return failure(field.error());
    next = field->range.end;
  }
  return problem(at, start.number, "its group does not end");
}

Result<WireField, WireProblem> readFixedField(Bytes bytes, std::size_t at, const Tag& tag, std::size_t size) {
  if (bytes.size() - tag.end < size) {
    return problem(tag.end, tag.number,
                   fmt::format("{} bytes belong here, {}", size, hereText(bytes.size() - tag.end)));
  }
  const ByteRange value{tag.end, tag.end + size};
  return WireField{tag.number, tag.type, {at, value.end}, value, readFixed(value.of(bytes))};
}

Result<WireField, WireProblem> readLengthDelimited(Bytes bytes, std::size_t at, const Tag& tag) {
  const auto length = readVarint(bytes, tag.end);
  if (!length) return problem(tag.end, tag.number, "its length is cut off: " + length.error().reason);
  // protobuf's own readers take no length beyond 31 bits.
  if (length->end - tag.end > kLongestLength || length->value > std::numeric_limits<std::int32_t>::max()) {
    return problem(tag.end, tag.number, fmt::format("its length, {}, is too large", length->value));
  }
  const std::size_t left = bytes.size() - length->end;
  if (length->value > left) {
    return problem(tag.end, tag.number,
                   fmt::format("its length says {} bytes, {}", grouped(length->value), hereText(left)));
  }
  const ByteRange value{length->end, length->end + static_cast<std::size_t>(length->value)};
  return WireField{tag.number, tag.type, {at, value.end}, value, 0};
}

Result<WireField, WireProblem> readFieldAt(Bytes bytes, std::size_t at, int depth) {
  const auto tag = readTag(bytes, at);
  if (!tag) return failure(tag.error());
  switch (tag->type) {
    case WireType::Varint: {
      const auto varint = readVarint(bytes, tag->end);
      if (!varint) return problem(tag->end, tag->number, varint.error().reason);
      return WireField{tag->number, tag->type, {at, varint->end}, {tag->end, varint->end}, varint->value};
    }
    case WireType::Fixed64:
      return readFixedField(bytes, at, *tag, 8);
    case WireType::Fixed32:
      return readFixedField(bytes, at, *tag, 4);
    case WireType::LengthDelimited:
      return readLengthDelimited(bytes, at, *tag);
    case WireType::GroupStart:
      return readGroup(bytes, at, *tag, depth);
    case WireType::GroupEnd:
      break;
  }
  return problem(at, tag->number, "it ends a group that never began");
}

}  // namespace

std::string_view nameOf(WireType type) {
  switch (type) {
    case WireType::Varint:
      return "varint";
    case WireType::Fixed64:
      return "fixed64";
    case WireType::LengthDelimited:
      return "length-delimited";
    case WireType::GroupStart:
      return "group";
    case WireType::GroupEnd:
      return "end of a group";
    case WireType::Fixed32:
      return "fixed32";
  }
  return "";
}

Result<Varint, WireProblem> readVarint(Bytes bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kLongestVarint; ++i) {
    if (at + i >= bytes.size()) return problem(at, 0, "the varint does not end");
    const std::uint8_t byte = bytes[at + i];
    value |= std::uint64_t{byte & 0x7Fu} << (7 * i);
    if (byte < 0x80) return Varint{value, at + i + 1};
  }
  return problem(at, 0, "the varint is longer than 10 bytes");
}

Result<WireField, WireProblem> readField(Bytes bytes, std::size_t at) {
  return readFieldAt(bytes, at, 0);
}

std::uint64_t readFixed(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value |= std::uint64_t{bytes[i]} << (8 * i);
  return value;
}

}  // namespace spillway::grpc
