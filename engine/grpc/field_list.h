// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/grpc/message_decoder.h"

namespace google::protobuf {
class FieldDescriptor;
}

namespace spillway::grpc {

/// Gathers the fields of one message as they come, and puts them into the schema's order: repeated ones
/// together, what is replaced marked, what is not there added.
class FieldList {
 public:
  explicit FieldList(const google::protobuf::Descriptor& type) : type_(type) {}

  /// The type's field or extension of this number; nullptr for none.
  static const google::protobuf::FieldDescriptor* find(const google::protobuf::Descriptor& type,
                                                       std::uint32_t number);
  /// "name", "[package.extension]"
  static std::string nameOf(const google::protobuf::FieldDescriptor& field);

  void add(const google::protobuf::FieldDescriptor& field, FieldNode node);
  void addUnknown(FieldNode node) { unknown_.push_back(std::move(node)); }
  /// Takes note of bytes of a packed field, with `left` elements that are not shown.
  void addPacked(const google::protobuf::FieldDescriptor& field, ByteRange range, std::size_t left);

  /// Moves the nodes to `to`. Nodes that it makes are taken from `nodesLeft`. Returns a required field that
  /// is missing.
  const google::protobuf::FieldDescriptor* arrange(std::size_t& nodesLeft, std::vector<FieldNode>& to);

 private:
  struct Found {
    std::vector<FieldNode> nodes;
    std::size_t left = 0;
    ByteRange range;  ///< from the first to the last
  };
  Found& foundOf(const google::protobuf::FieldDescriptor& field, ByteRange range);
  void markReplaced();
  FieldNode together(const google::protobuf::FieldDescriptor& field, Found found) const;

  const google::protobuf::Descriptor& type_;
  std::map<int, Found> found_;
  std::vector<FieldNode> unknown_;
};

}  // namespace spillway::grpc
