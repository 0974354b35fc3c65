// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/wire_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/grpc/random_schemas.h"

namespace spillway::grpc {
namespace {

using testing::Contains;
using testing::Not;
using namespace std::string_view_literals;

/// The text of a field's reading of this kind; "-" where it has none.
std::string reading(const WireNode& node, std::string_view kind) {
  const auto found = std::ranges::find(node.readings, kind, &Reading::kind);
  return found == node.readings.end() ? "-" : found->text;
}

TEST(WireTree, ReadsAVarintInAllWays) {
  const auto tree = readWireTree(bytesOf("\x08\x01\x10\x96\x01"sv));
  ASSERT_EQ(tree.fields.size(), 2u);
  EXPECT_EQ(reading(tree.fields[0], "uint"), "1");
  EXPECT_EQ(reading(tree.fields[0], "sint (zigzag)"), "-1");
  EXPECT_EQ(reading(tree.fields[0], "bool"), "true");
  EXPECT_EQ(reading(tree.fields[0], "int"), "-");
  EXPECT_EQ(tree.fields[1].number, 2u);
  EXPECT_EQ(tree.fields[1].range, (ByteRange{2, 5}));
  EXPECT_EQ(reading(tree.fields[1], "uint"), "150");
  EXPECT_EQ(reading(tree.fields[1], "bool"), "-");
  const auto negative = readWireTree(bytesOf("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv));
  EXPECT_EQ(negative.fields[0].readings[0].kind, "int");
  EXPECT_EQ(negative.fields[0].readings[0].text, "-1");
}

TEST(WireTree, ReadsFixedNumbers) {
  const auto tree = readWireTree(bytesOf("\x0d\x00\x00\x80\x3f\x11\x00\x00\x00\x00\x00\x00\x00\xc0"sv));
  ASSERT_EQ(tree.fields.size(), 2u);
  EXPECT_EQ(reading(tree.fields[0], "fixed32"), "1065353216");
  EXPECT_EQ(reading(tree.fields[0], "float"), "1");
  EXPECT_EQ(reading(tree.fields[1], "double"), "-2");
  EXPECT_EQ(reading(tree.fields[1], "sfixed64"), "-4611686018427387904");
}

TEST(WireTree, ReadsBytesAsTextMessagesAndPackedNumbers) {
  const auto text = readWireTree(bytesOf("\x0a\x05Hello"sv));
  EXPECT_EQ(text.fields[0].readings[0].kind, "string");
  EXPECT_EQ(reading(text.fields[0], "string"), "Hello");
  EXPECT_EQ(reading(text.fields[0], "bytes"), "5 bytes: 48 65 6c 6c 6f");

  const auto message = readWireTree(bytesOf("\x0a\x04\x08\x01\x10\x02"sv));
  ASSERT_EQ(message.fields[0].children.size(), 2u);
  EXPECT_EQ(message.fields[0].children[1].range, (ByteRange{4, 6}));
  EXPECT_EQ(reading(message.fields[0], "packed varints"), "8, 1, 16, 2");
  EXPECT_EQ(reading(message.fields[0], "packed fixed32"), "34603272");

  const auto packed = readWireTree(bytesOf("\x0a\x08\x00\x00\x80\x3f\x00\x00\x00\x40"sv));
  EXPECT_EQ(reading(packed.fields[0], "packed floats"), "1, 2");
  EXPECT_EQ(reading(packed.fields[0], "string"), "-");
}

TEST(WireTree, ReadsGroups) {
  const auto tree = readWireTree(bytesOf("\x0b\x10\x05\x0c\x18\x01"sv));
  ASSERT_EQ(tree.fields.size(), 2u);
  EXPECT_EQ(tree.fields[0].type, WireType::GroupStart);
  EXPECT_EQ(tree.fields[0].range, (ByteRange{0, 4}));
  ASSERT_EQ(tree.fields[0].children.size(), 1u);
  EXPECT_EQ(tree.fields[0].children[0].number, 2u);
}

TEST(WireTree, SaysWhereBytesStopBeingAMessage) {
  const auto tree = readWireTree(bytesOf("\x08\x01\x12\x09xyz"sv));
  EXPECT_EQ(tree.fields.size(), 1u);
  EXPECT_EQ(tree.read, 2u);
  ASSERT_TRUE(tree.problem);
  EXPECT_EQ(tree.problem->at, 3u);
  EXPECT_EQ(tree.problem->number, 2u);
  EXPECT_EQ(tree.problem->reason, "its length says 9 bytes, 3 are here");
  EXPECT_EQ(readWireTree(bytesOf("\x0b\x08\x01"sv)).problem->reason, "its group does not end");
  EXPECT_EQ(readWireTree(bytesOf("\x0c"sv)).problem->reason, "it ends a group that never began");
}

/// Counts the nodes, and checks that each lies within its parent, behind the one before it.
std::size_t countNodes(const std::vector<WireNode>& nodes, ByteRange parent) {
  std::size_t count = 0, at = parent.begin;
  for (const auto& node : nodes) {
    EXPECT_EQ(node.range.begin, at);
    EXPECT_LE(node.range.begin, node.value.begin);
    EXPECT_LE(node.value.end, node.range.end);
    EXPECT_LE(node.range.end, parent.end);
    at = node.range.end;
    count += 1 + countNodes(node.children, node.value);
  }
  return count;
}

/// Fields as they lie on the wire, messages within messages.
std::string randomFields(test::Random& random, int depth) {
  std::string bytes;
  for (std::size_t left = test::upTo(random, 4); left > 0; --left) {
    const WireType types[]{WireType::Varint, WireType::Fixed64, WireType::LengthDelimited, WireType::Fixed32};
    const WireType type = types[test::upTo(random, 3)];
    bytes += static_cast<char>((1 + test::upTo(random, 14)) << 3 | static_cast<std::size_t>(type));
    if (type == WireType::Varint) bytes += static_cast<char>(test::upTo(random, 127));
    if (type == WireType::Fixed64) bytes += std::string(8, static_cast<char>(random()));
    if (type == WireType::Fixed32) bytes += std::string(4, static_cast<char>(random()));
    if (type != WireType::LengthDelimited) continue;
    const std::string inner = depth > 0 ? randomFields(random, depth - 1) : std::string("text");
    if (inner.size() > 127) {
      bytes.pop_back();
      continue;
    }
    bytes += static_cast<char>(inner.size());
    bytes += inner;
  }
  return bytes;
}

TEST(WireTree, AccountsForEveryByteWhateverTheBytes) {
  int whole = 0, broken = 0, nested = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    test::Random random(seed);
    std::string bytes(test::upTo(random, 60), '\0');
    // Small numbers are likelier to be tags and lengths.
    for (char& byte : bytes)
      byte = static_cast<char>(random() >> (56 + test::upTo(random, 5)));
    if (seed % 2 == 0) bytes = randomFields(random, 2);
    const auto tree = readWireTree(bytesOf(bytes));
    const std::size_t count = countNodes(tree.fields, {0, bytes.size()});
    const std::size_t end = tree.fields.empty() ? 0 : tree.fields.back().range.end;
    ASSERT_EQ(tree.read, end);
    ASSERT_EQ(tree.problem.has_value(), tree.read < bytes.size());
    ASSERT_EQ(tree.left, 0u);
    ++(tree.problem ? broken : whole);
    if (count > tree.fields.size()) ++nested;
    if (HasFailure()) break;
  }
  EXPECT_GT(whole, 500);
  EXPECT_GT(broken, 500);
  EXPECT_GT(nested, 500);
}

TEST(WireTree, IsBoundedByItsLimits) {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i)
    bytes += "\x0a\x02\x08\x01";
  const auto tree = readWireTree(bytesOf(bytes), {.nodes = 1'000});
  EXPECT_EQ(countNodes(tree.fields, {0, bytes.size()}), 1'000u);
  EXPECT_EQ(tree.fields.size() + tree.left, 100'000u);
  EXPECT_EQ(tree.read, bytes.size());

  const auto flat = readWireTree(bytesOf("\x0a\x04\x08\x01\x10\x02"sv), {.depth = 1});
  EXPECT_TRUE(flat.fields[0].children.empty());
  EXPECT_EQ(flat.fields[0].left, 2u);

  const std::string groups(10'000, '\x0b');
  EXPECT_EQ(readWireTree(bytesOf(groups)).problem->reason, "groups lie more than 100 deep");
}

}  // namespace
}  // namespace spillway::grpc
