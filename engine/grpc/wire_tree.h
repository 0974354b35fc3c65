// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/grpc/wire_reader.h"

namespace spillway::grpc {

/// What bounds the memory of a tree, whatever the message.
struct TreeLimits {
  std::size_t nodes = 20'000;  ///< what there is beyond is only counted
  int depth = kDeepestMessage;
  std::size_t textBytes = 2'000;  ///< of one value that its text shows
};

/// A way to read a field's bytes: "sint (zigzag)", "-1". The likelier ones come first.
struct Reading {
  std::string kind, text;
};

/// A field of a message whose schema nobody knows.
struct WireNode {
  std::uint32_t number = 0;
  WireType type = WireType::Varint;
  ByteRange range;                 ///< in the whole message, with the tag
  ByteRange value;                 ///< without tag and length prefix
  std::vector<Reading> readings;   ///< at least one, but of a group
  std::vector<WireNode> children;  ///< the fields, if the value may be a message; those of a group
  std::size_t left = 0;            ///< children that the limits left out
};

struct WireTree {
  std::vector<WireNode> fields;
  std::size_t left = 0;  ///< fields that the limits left out
  std::size_t read = 0;  ///< bytes that are fields; all of the message unless there is a problem
  std::optional<WireProblem> problem;
};

/// Never fails: bytes that are no message end the tree with a problem that says where and why.
WireTree readWireTree(Bytes message, const TreeLimits& limits = {});

}  // namespace spillway::grpc
