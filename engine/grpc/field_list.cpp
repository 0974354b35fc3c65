// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/field_list.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <set>

#include "engine/grpc/field_text.h"
#include "engine/grpc/value_text.h"

namespace spillway::grpc {
namespace {

namespace pb = google::protobuf;

Presence absence(const pb::FieldDescriptor& field) {
  if (field.is_required()) return Presence::Missing;
  return field.has_presence() ? Presence::NotSet : Presence::Default;
}

FieldNode absent(const pb::FieldDescriptor& field) {
  FieldNode node;
  node.number = static_cast<std::uint32_t>(field.number());
  node.name = FieldList::nameOf(field);
  node.type = typeText(field);
  node.presence = absence(field);
  if (node.presence == Presence::Default) node.value = field.is_repeated() ? "empty" : defaultText(field);
  if (const auto* oneof = field.real_containing_oneof()) node.oneof = oneof->name();
  return node;
}

std::string countText(const pb::FieldDescriptor& field, std::size_t count) {
  const char* one = field.is_map() ? "entry" : "element";
  const char* many = field.is_map() ? "entries" : "elements";
  return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

bool isMessage(const pb::FieldDescriptor& field) {
  return field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE;
}

/// Of equal keys the last counts.
void markEqualKeys(std::vector<FieldNode>& entries) {
  std::set<std::string> keys;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->presence == Presence::Set && !keys.insert(entry->name).second)
      entry->presence = Presence::Replaced;
  }
}

}  // namespace

const pb::FieldDescriptor* FieldList::find(const pb::Descriptor& type, std::uint32_t number) {
  const int signedNumber = static_cast<int>(number);
  if (const auto* field = type.FindFieldByNumber(signedNumber)) return field;
  if (!type.IsExtensionNumber(signedNumber)) return nullptr;
  return type.file()->pool()->FindExtensionByNumber(&type, signedNumber);
}

std::string FieldList::nameOf(const pb::FieldDescriptor& field) {
  return field.is_extension() ? "[" + field.full_name() + "]" : field.name();
}

FieldList::Found& FieldList::foundOf(const pb::FieldDescriptor& field, ByteRange range) {
  Found& found = found_[field.number()];
  if (found.range.empty()) found.range = range;
  found.range = {std::min(found.range.begin, range.begin), std::max(found.range.end, range.end)};
  return found;
}

void FieldList::add(const pb::FieldDescriptor& field, FieldNode node) {
  foundOf(field, node.range).nodes.push_back(std::move(node));
}

void FieldList::addPacked(const pb::FieldDescriptor& field, ByteRange range, std::size_t left) {
  foundOf(field, range).left += left;
}

const pb::FieldDescriptor* FieldList::arrange(std::size_t& nodesLeft, std::vector<FieldNode>& to) {
  markReplaced();
  const pb::FieldDescriptor* missing = nullptr;
  for (int i = 0; i < type_.field_count() && nodesLeft > 0; ++i) {
    const pb::FieldDescriptor& field = *type_.field(i);
    if (found_.contains(field.number())) continue;
    --nodesLeft;
    to.push_back(absent(field));
    if (field.is_required()) missing = &field;
  }
  for (auto& [number, found] : found_) {
    const pb::FieldDescriptor& field = *find(type_, static_cast<std::uint32_t>(number));
    if (field.is_repeated()) {
      to.push_back(together(field, std::move(found)));
    } else {
      std::ranges::move(found.nodes, std::back_inserter(to));
    }
  }
  std::ranges::move(unknown_, std::back_inserter(to));
  std::ranges::stable_sort(to, {}, [](const FieldNode& node) {
    // Bytes that are no field stand last.
    return node.number == 0 ? UINT32_MAX : node.number;
  });
  return missing;
}

void FieldList::markReplaced() {
  std::map<const pb::OneofDescriptor*, std::size_t> lastOf;  // where the oneof's last member ends
  for (const auto& [number, found] : found_) {
    const auto* oneof = find(type_, static_cast<std::uint32_t>(number))->real_containing_oneof();
    if (oneof && !found.nodes.empty()) lastOf[oneof] = std::max(lastOf[oneof], found.nodes.back().range.end);
  }
  for (auto& [number, found] : found_) {
    const pb::FieldDescriptor& field = *find(type_, static_cast<std::uint32_t>(number));
    if (field.is_repeated() || found.nodes.empty()) continue;
    const auto* oneof = field.real_containing_oneof();
    const bool isBeaten = oneof && found.nodes.back().range.end < lastOf[oneof];
    for (FieldNode& node : found.nodes) {
      // Messages that come twice are merged.
      const bool isLast = &node == &found.nodes.back();
      if (isBeaten || (!isLast && !isMessage(field))) node.presence = Presence::Replaced;
    }
  }
}

FieldNode FieldList::together(const pb::FieldDescriptor& field, Found found) const {
  if (field.is_map()) markEqualKeys(found.nodes);
  FieldNode node;
  node.number = static_cast<std::uint32_t>(field.number());
  node.name = nameOf(field);
  node.type = typeText(field);
  node.left = found.left;
  node.value = countText(field, found.nodes.size() + found.left);
  node.range = found.range;
  std::size_t index = 0;
  for (FieldNode& element : found.nodes) {
    if (!field.is_map()) element.name = fmt::format("[{}]", index++);
    element.number = 0;
  }
  node.children = std::move(found.nodes);
  return node;
}

}  // namespace spillway::grpc
