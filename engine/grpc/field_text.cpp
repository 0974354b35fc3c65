// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/field_text.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>
#include <google/protobuf/wrappers.pb.h>

#include <limits>

#include "engine/grpc/value_text.h"

namespace spillway::grpc {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

/// Of what is larger the children tell enough.
constexpr std::size_t kLargestOneLine = 64 << 10;

template <class Message>
std::optional<Message> parsed(Bytes bytes) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  return message;
}

template <class Message>
std::optional<std::string> jsonText(Bytes bytes) {
  const auto message = parsed<Message>(bytes);
  std::string json;
  if (!message || !pb::util::MessageToJsonString(*message, &json).ok()) return std::nullopt;
  return json;
}

std::optional<std::string> timestampText(Bytes bytes) {
  const auto time = parsed<pb::Timestamp>(bytes);
  using pb::util::TimeUtil;
  const bool isValid = time && time->seconds() >= TimeUtil::kTimestampMinSeconds &&
                       time->seconds() <= TimeUtil::kTimestampMaxSeconds && time->nanos() >= 0 &&
                       time->nanos() < 1'000'000'000;
  if (!isValid) return std::nullopt;
  return TimeUtil::ToString(*time);
}

std::optional<std::string> durationText(Bytes bytes) {
  const auto duration = parsed<pb::Duration>(bytes);
  using pb::util::TimeUtil;
  const bool isValid = duration && duration->seconds() >= TimeUtil::kDurationMinSeconds &&
                       duration->seconds() <= TimeUtil::kDurationMaxSeconds &&
                       duration->nanos() > -1'000'000'000 && duration->nanos() < 1'000'000'000 &&
                       (duration->seconds() == 0 || duration->nanos() == 0 ||
                        (duration->seconds() < 0) == (duration->nanos() < 0));
  if (!isValid) return std::nullopt;
  return TimeUtil::ToString(*duration);
}

std::optional<std::string> fieldMaskText(Bytes bytes) {
  const auto mask = parsed<pb::FieldMask>(bytes);
  if (!mask) return std::nullopt;
  return fmt::format("{}", fmt::join(mask->paths(), ", "));
}

std::optional<std::string> longText(const pb::Descriptor& type, Bytes bytes) {
  const std::string& name = type.full_name();
  switch (type.well_known_type()) {
    case pb::Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return timestampText(bytes);
    case pb::Descriptor::WELLKNOWNTYPE_DURATION:
      return durationText(bytes);
    case pb::Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return fieldMaskText(bytes);
    case pb::Descriptor::WELLKNOWNTYPE_STRUCT:
      return jsonText<pb::Struct>(bytes);
    case pb::Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return jsonText<pb::ListValue>(bytes);
    case pb::Descriptor::WELLKNOWNTYPE_VALUE:
      return jsonText<pb::Value>(bytes);
    default:
      break;
  }
  if (name == "google.protobuf.StringValue")
    return parsed<pb::StringValue>(bytes).value_or(pb::StringValue()).value();
  if (name == "google.protobuf.BoolValue") return jsonText<pb::BoolValue>(bytes);
  if (name == "google.protobuf.DoubleValue") return jsonText<pb::DoubleValue>(bytes);
  if (name == "google.protobuf.FloatValue") return jsonText<pb::FloatValue>(bytes);
  if (name == "google.protobuf.Int32Value") return jsonText<pb::Int32Value>(bytes);
  if (name == "google.protobuf.UInt32Value") return jsonText<pb::UInt32Value>(bytes);
  const auto number = [](auto wrapper) -> std::optional<std::string> {
    if (!wrapper) return std::nullopt;
    return std::to_string(wrapper->value());
  };
  if (name == "google.protobuf.Int64Value") return number(parsed<pb::Int64Value>(bytes));
  if (name == "google.protobuf.UInt64Value") return number(parsed<pb::UInt64Value>(bytes));
  return std::nullopt;
}

std::string enumText(const Field& field, std::int32_t number) {
  const auto* value = field.enum_type()->FindValueByNumber(number);
  if (!value) return fmt::format("{} (the enum has no such value)", number);
  return fmt::format("{} ({})", value->name(), number);
}

}  // namespace

std::string elementTypeText(const Field& field) {
  switch (field.type()) {
    case Field::TYPE_MESSAGE:
    case Field::TYPE_GROUP:
      return field.message_type()->full_name();
    case Field::TYPE_ENUM:
      return field.enum_type()->full_name();
    default:
      return field.type_name();
  }
}

std::string typeText(const Field& field) {
  if (field.is_map()) {
    const auto* entry = field.message_type();
    return fmt::format("map<{}, {}>", elementTypeText(*entry->map_key()),
                       elementTypeText(*entry->map_value()));
  }
  return field.is_repeated() ? "repeated " + elementTypeText(field) : elementTypeText(field);
}

std::string defaultText(const Field& field) {
  if (field.is_repeated()) return "";
  switch (field.cpp_type()) {
    case Field::CPPTYPE_BOOL:
      return field.default_value_bool() ? "true" : "false";
    case Field::CPPTYPE_INT32:
      return std::to_string(field.default_value_int32());
    case Field::CPPTYPE_INT64:
      return std::to_string(field.default_value_int64());
    case Field::CPPTYPE_UINT32:
      return std::to_string(field.default_value_uint32());
    case Field::CPPTYPE_UINT64:
      return std::to_string(field.default_value_uint64());
    case Field::CPPTYPE_FLOAT:
      return floatText(field.default_value_float());
    case Field::CPPTYPE_DOUBLE:
      return doubleText(field.default_value_double());
    case Field::CPPTYPE_ENUM:
      return enumText(field, field.default_value_enum()->number());
    case Field::CPPTYPE_STRING:
      return field.type() == Field::TYPE_BYTES ? hexText(bytesOf(field.default_value_string()), 200)
                                               : quotedText(field.default_value_string(), 200);
    case Field::CPPTYPE_MESSAGE:
      break;
  }
  return "";
}

WireType wireTypeOf(const Field& field) {
  switch (field.type()) {
    case Field::TYPE_FIXED32:
    case Field::TYPE_SFIXED32:
    case Field::TYPE_FLOAT:
      return WireType::Fixed32;
    case Field::TYPE_FIXED64:
    case Field::TYPE_SFIXED64:
    case Field::TYPE_DOUBLE:
      return WireType::Fixed64;
    case Field::TYPE_STRING:
    case Field::TYPE_BYTES:
    case Field::TYPE_MESSAGE:
      return WireType::LengthDelimited;
    case Field::TYPE_GROUP:
      return WireType::GroupStart;
    default:
      return WireType::Varint;
  }
}

std::string scalarText(const Field& field, std::uint64_t scalar) {
  const auto low = static_cast<std::uint32_t>(scalar);
  switch (field.type()) {
    case Field::TYPE_BOOL:
      return scalar != 0 ? "true" : "false";
    case Field::TYPE_INT32:
    case Field::TYPE_SFIXED32:
      return std::to_string(static_cast<std::int32_t>(low));
    case Field::TYPE_INT64:
    case Field::TYPE_SFIXED64:
      return std::to_string(static_cast<std::int64_t>(scalar));
    case Field::TYPE_UINT32:
    case Field::TYPE_FIXED32:
      return std::to_string(low);
    case Field::TYPE_SINT32:
      return std::to_string(static_cast<std::int32_t>(fromZigzag(low)));
    case Field::TYPE_SINT64:
      return std::to_string(fromZigzag(scalar));
    case Field::TYPE_FLOAT:
      return floatText(low);
    case Field::TYPE_DOUBLE:
      return doubleText(scalar);
    case Field::TYPE_ENUM:
      return enumText(field, static_cast<std::int32_t>(low));
    default:
      return std::to_string(scalar);
  }
}

std::optional<std::string> wellKnownText(const pb::Descriptor& type, Bytes bytes, std::size_t most) {
  if (bytes.size() > kLargestOneLine || type.file()->package() != "google.protobuf") return std::nullopt;
  const auto text = longText(type, bytes);
  if (!text) return std::nullopt;
  return quotedText(*text, most);
}

}  // namespace spillway::grpc
