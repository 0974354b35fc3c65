// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/grpc/schema.h"

namespace google::protobuf {
class FieldDescriptor;
}

/// A message as a form to be filled in: its fields in the order of the .proto file, with what stands in them.
namespace spillway::grpc {

enum class FormKind : std::uint8_t {
  Text,    ///< also bytes, as base64
  Number,  ///< whole or not
  Flag,    ///< "true" or "false"
  Choice,  ///< of an enum, by name
  Message,
  List,
  Map,
  Json,  ///< a well-known type whose JSON is no object of its fields: `value` is JSON
};

/// A field, or an element of a list or map.
struct FormField {
  std::string name;  ///< "location"; "2" for the second element; the key in a map
  std::string type;  ///< "int32", "routeguide.Point"
  FormKind kind = FormKind::Message;
  std::vector<std::string> choices;
  std::string oneof;  ///< one of several of which only one is set; "": of none
  bool isSet = false;
  bool isElement = false;
  std::string value;                ///< of what has no children
  std::vector<FormField> children;  ///< of a message that is set: its fields; of a list or map: what is in it
  const google::protobuf::FieldDescriptor* field = nullptr;  ///< kept by the form's type; null: the whole
};

/// One thread at a time.
class MessageForm {
 public:
  /// An error says why the JSON does not fit into the form, by its field. What stands in a field is not
  /// looked at: jsonMessage() says what is wrong with that.
  static Result<MessageForm> read(const MessageType& type, std::string_view json);

  const FormField& whole() const { return whole_; }
  /// By places, from the whole down; the field must be there.
  const FormField& at(const std::vector<std::size_t>& place) const;

  /// Puts a text there; the field, and what it is in, are set by that.
  void fill(const std::vector<std::size_t>& place, const std::string& value);
  /// Whether the field is in the message. Of a oneof the others are taken out.
  void set(const std::vector<std::size_t>& place, bool isSet);
  /// An element at the end of a list or map. In a map its key is new.
  void addElement(const std::vector<std::size_t>& place);
  void removeElement(const std::vector<std::size_t>& place);
  /// Another key of a map's element; nothing happens when it is taken, or where there are no keys.
  void renameKey(const std::vector<std::size_t>& place, const std::string& key);

  /// Indented, in the order of the fields.
  std::string json() const;

 private:
  explicit MessageForm(MessageType type) : type_(std::move(type)) {}
  FormField& edit(const std::vector<std::size_t>& place);
  void setAbove(const std::vector<std::size_t>& place);

  MessageType type_;
  FormField whole_;
};

/// Whether a number, flag or choice is one.
bool isFilledRight(const FormField& field);

}  // namespace spillway::grpc
