// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/wire_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/grpc/value_text.h"

namespace spillway::grpc {
namespace {

/// How many numbers of a packed field a reading shows.
constexpr std::size_t kPackedShown = 64;

/// Whether the bytes split into fields without a rest.
bool isMessage(Bytes bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto field = readField(bytes, at);
    if (!field) return false;
    at = field->range.end;
  }
  return !bytes.empty();
}

std::size_t countFields(Bytes bytes) {
  std::size_t count = 0, at = 0;
  while (at < bytes.size()) {
    const auto field = readField(bytes, at);
    if (!field) break;
    at = field->range.end;
    ++count;
  }
  return count;
}

bool isPlainText(std::string_view text) {
  const auto isOdd = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
  };
  return isUtf8(text) && std::ranges::none_of(text, isOdd);
}

std::string joined(const std::vector<std::string>& numbers, std::size_t count) {
  std::string text = fmt::format("{}", fmt::join(numbers, ", "));
  if (count > numbers.size()) text += fmt::format(" … and {} more", grouped(count - numbers.size()));
  return text;
}

void addPackedVarints(std::vector<Reading>& readings, Bytes bytes) {
  std::vector<std::string> numbers;
  std::size_t count = 0;
  for (std::size_t at = 0; at < bytes.size(); ++count) {
    const auto varint = readVarint(bytes, at);
    if (!varint) return;
    at = varint->end;
    if (count < kPackedShown) numbers.push_back(std::to_string(varint->value));
  }
  readings.push_back({"packed varints", joined(numbers, count)});
}

void addPackedFixed(std::vector<Reading>& readings, Bytes bytes, std::size_t size) {
  if (bytes.size() % size != 0) return;
  const std::size_t count = bytes.size() / size;
  std::vector<std::string> numbers, floats;
  for (std::size_t i = 0; i < std::min(count, kPackedShown); ++i) {
    const std::uint64_t bits = readFixed(bytes.subspan(i * size, size));
    numbers.push_back(std::to_string(bits));
    floats.push_back(size == 4 ? floatText(static_cast<std::uint32_t>(bits)) : doubleText(bits));
  }
  readings.push_back({size == 4 ? "packed fixed32" : "packed fixed64", joined(numbers, count)});
  readings.push_back({size == 4 ? "packed floats" : "packed doubles", joined(floats, count)});
}

std::vector<Reading> readingsOfVarint(std::uint64_t value) {
  std::vector<Reading> readings{{"uint", std::to_string(value)}};
  // A negative int32 or int64 takes ten bytes, all of the upper bits set.
  if (value >> 63 != 0)
    readings.insert(readings.begin(), {"int", std::to_string(static_cast<std::int64_t>(value))});
  readings.push_back({"sint (zigzag)", std::to_string(fromZigzag(value))});
  if (value <= 1) readings.push_back({"bool", value == 1 ? "true" : "false"});
  return readings;
}

std::vector<Reading> readingsOfFixed32(std::uint32_t bits) {
  std::vector<Reading> readings{{"fixed32", std::to_string(bits)}};
  if (bits >> 31 != 0) readings.push_back({"sfixed32", std::to_string(static_cast<std::int32_t>(bits))});
  readings.push_back({"float", floatText(bits)});
  return readings;
}

std::vector<Reading> readingsOfFixed64(std::uint64_t bits) {
  std::vector<Reading> readings{{"fixed64", std::to_string(bits)}};
  if (bits >> 63 != 0) readings.push_back({"sfixed64", std::to_string(static_cast<std::int64_t>(bits))});
  readings.push_back({"double", doubleText(bits)});
  return readings;
}

class Builder {
 public:
  Builder(Bytes message, const TreeLimits& limits)
      : message_(message), limits_(limits), nodesLeft_(limits.nodes) {}

  WireTree build() {
    WireTree tree;
    tree.problem = addFields({0, message_.size()}, 1, tree.fields, tree.left, tree.read);
    return tree;
  }

 private:
  /// The fields in a range of the message; `end` is where they stop being fields.
  std::optional<WireProblem> addFields(ByteRange range, int depth, std::vector<WireNode>& to,
                                       std::size_t& left, std::size_t& end) {
    const Bytes bytes = message_.first(range.end);
    for (end = range.begin; end < range.end;) {
      auto field = readField(bytes, end);
      if (!field) return std::move(field).error();
      end = field->range.end;
      if (nodesLeft_ == 0) {
        ++left;
      } else {
        --nodesLeft_;
        to.push_back(node(*field, depth));
      }
    }
    return std::nullopt;
  }

  WireNode node(const WireField& field, int depth) {
    WireNode node{field.number, field.type, field.range, field.value, {}, {}, 0};
    switch (field.type) {
      case WireType::Varint:
        node.readings = readingsOfVarint(field.scalar);
        break;
      case WireType::Fixed32:
        node.readings = readingsOfFixed32(static_cast<std::uint32_t>(field.scalar));
        break;
      case WireType::Fixed64:
        node.readings = readingsOfFixed64(field.scalar);
        break;
      case WireType::LengthDelimited:
        addLengthDelimited(node, depth);
        break;
      default:
        addChildren(node, depth);
    }
    return node;
  }

  void addLengthDelimited(WireNode& node, int depth) {
    const Bytes value = node.value.of(message_);
    const bool isText = isPlainText(textOf(value));
    const bool mayBeMessage = isMessage(value);
    if (isText) node.readings.push_back({"string", quotedText(textOf(value), limits_.textBytes)});
    if (mayBeMessage) node.readings.push_back({"message", hexText(value, limits_.textBytes / 4)});
    if (!isText && !value.empty()) {
      addPackedVarints(node.readings, value);
      addPackedFixed(node.readings, value, 4);
      addPackedFixed(node.readings, value, 8);
    }
    node.readings.push_back({"bytes", hexText(value, limits_.textBytes / 4)});
    if (mayBeMessage) addChildren(node, depth);
  }

  void addChildren(WireNode& node, int depth) {
    if (depth >= limits_.depth) {
      node.left = countFields(node.value.of(message_));
      return;
    }
    std::size_t end = 0;
    addFields(node.value, depth + 1, node.children, node.left, end);
  }

  const Bytes message_;
  const TreeLimits& limits_;
  std::size_t nodesLeft_;
};

}  // namespace

WireTree readWireTree(Bytes message, const TreeLimits& limits) {
  return Builder(message, limits).build();
}

}  // namespace spillway::grpc
