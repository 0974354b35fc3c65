// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/grpc/random_schemas.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include <bit>
#include <set>

namespace spillway::test {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptorProto;

constexpr int kMessages = 4;

bool isOneIn(Random& random, std::size_t n) {
  return upTo(random, n - 1) == 0;
}

std::string messageName(std::size_t number) {
  return ".p.M" + std::to_string(number);
}

int freshNumber(Random& random, std::set<int>& taken) {
  for (;;) {
    const int number = static_cast<int>(isOneIn(random, 4) ? 1 + upTo(random, 18'000) : 1 + upTo(random, 40));
    if (taken.insert(number).second) return number;
  }
}

Field::Type randomType(Random& random) {
  for (;;) {
    const auto type = static_cast<Field::Type>(1 + upTo(random, 17));
    if (type != Field::TYPE_GROUP) return type;
  }
}

void setType(Random& random, Field& field, Field::Type type) {
  field.set_type(type);
  if (type == Field::TYPE_MESSAGE) field.set_type_name(messageName(upTo(random, kMessages - 1)));
  if (type == Field::TYPE_ENUM) field.set_type_name(".p.E");
}

/// A map's entry type, as protoc makes it: named after the field.
void makeMap(Random& random, pb::DescriptorProto& message, Field& field) {
  auto& entry = *message.add_nested_type();
  std::string camel = field.name();
  camel[0] = 'F';
  entry.set_name(camel + "Entry");
  entry.mutable_options()->set_map_entry(true);
  const Field::Type keys[] = {Field::TYPE_INT32,  Field::TYPE_STRING, Field::TYPE_BOOL,
                              Field::TYPE_UINT64, Field::TYPE_SINT32, Field::TYPE_FIXED64};
  for (int i = 1; i <= 2; ++i) {
    auto& part = *entry.add_field();
    part.set_name(i == 1 ? "key" : "value");
    part.set_number(i);
    part.set_label(Field::LABEL_OPTIONAL);
    setType(random, part, i == 1 ? keys[upTo(random, 5)] : randomType(random));
  }
  field.set_label(Field::LABEL_REPEATED);
  field.set_type(Field::TYPE_MESSAGE);
  field.set_type_name(".p." + message.name() + "." + entry.name());
}

void makeRepeated(Random& random, Field& field) {
  field.set_label(Field::LABEL_REPEATED);
  const bool isPackable = field.type() != Field::TYPE_STRING && field.type() != Field::TYPE_BYTES &&
                          field.type() != Field::TYPE_MESSAGE;
  if (isPackable && isOneIn(random, 2)) field.mutable_options()->set_packed(isOneIn(random, 2));
}

void makeGroup(pb::DescriptorProto& message, Field& field) {
  auto& group = *message.add_nested_type();
  group.set_name("G" + field.name());
  auto& inner = *group.add_field();
  inner.set_name("inner");
  inner.set_number(7);
  inner.set_label(Field::LABEL_OPTIONAL);
  inner.set_type(Field::TYPE_STRING);
  field.set_type(Field::TYPE_GROUP);
  field.set_type_name(".p." + message.name() + "." + group.name());
}

void addField(Random& random, pb::DescriptorProto& message, std::set<int>& taken, bool isProto2) {
  auto& field = *message.add_field();
  field.set_name("f" + std::to_string(message.field_size()));
  field.set_number(freshNumber(random, taken));
  field.set_label(Field::LABEL_OPTIONAL);
  setType(random, field, randomType(random));
  const std::size_t kind = upTo(random, 9);
  if (kind < 2) {
    makeMap(random, message, field);
  } else if (kind < 5) {
    makeRepeated(random, field);
  } else if (kind == 5 && message.field(message.field_size() - 2).has_oneof_index()) {
    field.set_oneof_index(0);  // the fields of a oneof follow each other
  } else if (kind == 6 && isProto2) {
    makeGroup(message, field);
  }
}

/// proto3's own "optional" is a oneof of one field; such oneofs stand behind the others.
void makeSomeOptional(Random& random, pb::DescriptorProto& message) {
  for (auto& field : *message.mutable_field()) {
    if (field.label() != Field::LABEL_OPTIONAL || field.has_oneof_index() || !isOneIn(random, 4)) continue;
    field.set_proto3_optional(true);
    field.set_oneof_index(message.oneof_decl_size());
    message.add_oneof_decl()->set_name("_" + field.name());
  }
}

void addMessage(Random& random, pb::FileDescriptorProto& file, int number, bool isProto2) {
  auto& message = *file.add_message_type();
  message.set_name("M" + std::to_string(number));
  std::set<int> taken;
  message.add_oneof_decl()->set_name("choice");
  auto& first = *message.add_field();
  first.set_name("f1");
  first.set_number(freshNumber(random, taken));
  first.set_label(Field::LABEL_OPTIONAL);
  first.set_type(Field::TYPE_SINT64);
  first.set_oneof_index(0);
  for (std::size_t left = upTo(random, 14); left > 0; --left)
    addField(random, message, taken, isProto2);
  if (!isProto2) return makeSomeOptional(random, message);
  auto& range = *message.add_extension_range();
  range.set_start(20'000);
  range.set_end(20'100);
  auto& extension = *file.add_extension();
  extension.set_name("x" + std::to_string(number));
  extension.set_number(20'000 + number);
  extension.set_extendee(messageName(static_cast<std::size_t>(number)));
  extension.set_label(Field::LABEL_OPTIONAL);
  setType(random, extension, randomType(random));
}

std::string randomText(Random& random) {
  static const char* const kPieces[] = {"a", "Zoë", "0", " ", "水", "!", "route", "𝄞"};
  std::string text;
  for (std::size_t left = isOneIn(random, 10) ? 200 : upTo(random, 8); left > 0; --left)
    text += kPieces[upTo(random, 7)];
  return text;
}

std::string randomBytes(Random& random) {
  std::string bytes(upTo(random, 20), '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(random());
  return bytes;
}

/// Numbers of all lengths.
std::uint64_t randomNumber(Random& random) {
  const std::uint64_t number = random() >> upTo(random, 63);
  return isOneIn(random, 3) ? ~number : number;
}

/// A map's last entry goes when another one has its key: reflection would keep both.
void dropTwin(pb::Message& message, const pb::FieldDescriptor& map) {
  const auto& reflection = *message.GetReflection();
  const int last = reflection.FieldSize(message, &map) - 1;
  const auto* key = map.message_type()->map_key();
  const auto keyOf = [&](int entry) {
    std::string text;
    pb::TextFormat::PrintFieldValueToString(reflection.GetRepeatedMessage(message, &map, entry), key, -1,
                                            &text);
    return text;
  };
  for (int i = 0; i < last; ++i) {
    if (keyOf(i) != keyOf(last)) continue;
    reflection.RemoveLast(&message, &map);
    return;
  }
}

/// What `set` and `add` of protobuf's reflection have in common.
void setValue(Random& random, pb::Message& message, const pb::FieldDescriptor& field, int depth) {
  const auto& reflection = *message.GetReflection();
  const bool isRepeated = field.is_repeated();
  const std::uint64_t number = randomNumber(random);
  const auto put = [&](auto set, auto add, auto value) {
    if (isRepeated) {
      (reflection.*add)(&message, &field, value);
    } else {
      (reflection.*set)(&message, &field, value);
    }
  };
  using R = pb::Reflection;
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return put(&R::SetInt32, &R::AddInt32, static_cast<std::int32_t>(number));
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return put(&R::SetInt64, &R::AddInt64, static_cast<std::int64_t>(number));
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return put(&R::SetUInt32, &R::AddUInt32, static_cast<std::uint32_t>(number));
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return put(&R::SetUInt64, &R::AddUInt64, number);
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return put(&R::SetFloat, &R::AddFloat, std::bit_cast<float>(static_cast<std::uint32_t>(number)));
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return put(&R::SetDouble, &R::AddDouble, std::bit_cast<double>(number));
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return put(&R::SetBool, &R::AddBool, isOneIn(random, 2));
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return put(&R::SetEnum, &R::AddEnum, field.enum_type()->value(static_cast<int>(upTo(random, 2))));
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      const bool isText = field.type() == pb::FieldDescriptor::TYPE_STRING;
      const std::string value = isText ? randomText(random) : randomBytes(random);
      if (isRepeated) return reflection.AddString(&message, &field, value);
      return reflection.SetString(&message, &field, value);
    }
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return fillAtRandom(random,
                          isRepeated ? *reflection.AddMessage(&message, &field)
                                     : *reflection.MutableMessage(&message, &field),
                          depth - 1);
  }
}

}  // namespace

pb::FileDescriptorProto randomFile(Random& random) {
  const bool isProto2 = isOneIn(random, 3);
  pb::FileDescriptorProto file;
  file.set_name("random.proto");
  file.set_package("p");
  if (!isProto2) file.set_syntax("proto3");
  auto& numbers = *file.add_enum_type();
  numbers.set_name("E");
  int value = 0;
  for (const char* name : {"ZERO", "MANY", "MINUS"}) {
    auto& member = *numbers.add_value();
    member.set_name(name);
    member.set_number(value);
    value = value == 0 ? 1'000'000 : -1;
  }
  for (int i = 0; i < kMessages; ++i)
    addMessage(random, file, i, isProto2);
  return file;
}

void fillAtRandom(Random& random, pb::Message& message, int depth) {
  std::vector<const pb::FieldDescriptor*> fields;
  const pb::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i)
    fields.push_back(type.field(i));
  std::vector<const pb::FieldDescriptor*> extensions;
  type.file()->pool()->FindAllExtensions(&type, &extensions);
  fields.insert(fields.end(), extensions.begin(), extensions.end());
  for (const auto* field : fields) {
    const bool isMessage = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map();
    if (isOneIn(random, 3) || (isMessage && depth <= 0)) continue;
    for (std::size_t left = field->is_repeated() ? upTo(random, 4) : 1; left > 0; --left) {
      if (field->is_map() && depth < 0) break;
      setValue(random, message, *field, depth);
      if (field->is_map()) dropTwin(message, *field);
    }
  }
}

std::string serialized(const pb::Message& message) {
  std::string bytes;
  {
    pb::io::StringOutputStream stream(&bytes);
    pb::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializePartialToCodedStream(&coded);
  }
  return bytes;
}

}  // namespace spillway::test
