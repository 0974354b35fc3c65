// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/message_decoder.h"

#include <gmock/gmock.h>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/base/base64url.h"
#include "engine/grpc/message_json.h"
#include "engine/grpc/value_text.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/grpc/random_schemas.h"
#include "tests/grpc/routes.h"

namespace spillway::grpc {
namespace {

namespace pb = google::protobuf;
using test::Random;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// ---- Compared with protobuf's own reading of the same bytes ----

std::string enumText(const pb::EnumValueDescriptor& value) {
  return value.name() + " (" + std::to_string(value.number()) + ")";
}

/// A single value, or an element when `index` is not negative.
template <class Number>
bool isSameNumber(const std::string& text, Number expected) {
  if (std::isnan(expected)) return text == "nan";
  return static_cast<Number>(std::strtod(text.c_str(), nullptr)) == expected;
}

void expectMessage(const pb::Message& expected, const std::vector<FieldNode>& nodes);

void expectValue(const pb::Message& message, const pb::FieldDescriptor& field, int index,
                 const FieldNode& node) {
  const auto& reflection = *message.GetReflection();
  const auto read = [&](auto single, auto element) {
    return index < 0 ? (reflection.*single)(message, &field) : (reflection.*element)(message, &field, index);
  };
  using R = pb::Reflection;
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      EXPECT_EQ(node.value, std::to_string(read(&R::GetInt32, &R::GetRepeatedInt32)));
      break;
    case pb::FieldDescriptor::CPPTYPE_INT64:
      EXPECT_EQ(node.value, std::to_string(read(&R::GetInt64, &R::GetRepeatedInt64)));
      break;
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      EXPECT_EQ(node.value, std::to_string(read(&R::GetUInt32, &R::GetRepeatedUInt32)));
      break;
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      EXPECT_EQ(node.value, std::to_string(read(&R::GetUInt64, &R::GetRepeatedUInt64)));
      break;
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      EXPECT_TRUE(isSameNumber(node.value, read(&R::GetFloat, &R::GetRepeatedFloat))) << node.value;
      break;
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      EXPECT_TRUE(isSameNumber(node.value, read(&R::GetDouble, &R::GetRepeatedDouble))) << node.value;
      break;
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      EXPECT_EQ(node.value, read(&R::GetBool, &R::GetRepeatedBool) ? "true" : "false");
      break;
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      EXPECT_EQ(node.value, enumText(*read(&R::GetEnum, &R::GetRepeatedEnum)));
      break;
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = index < 0 ? reflection.GetString(message, &field)
                                         : reflection.GetRepeatedString(message, &field, index);
      const bool isText = field.type() == pb::FieldDescriptor::TYPE_STRING;
      EXPECT_EQ(node.value, isText ? text : hexText(bytesOf(text), 500));
      break;
    }
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      expectMessage(index < 0 ? reflection.GetMessage(message, &field)
                              : reflection.GetRepeatedMessage(message, &field, index),
                    node.children);
  }
}

void expectMap(const pb::Message& message, const pb::FieldDescriptor& field, const FieldNode& node) {
  const auto& reflection = *message.GetReflection();
  std::map<std::string, const FieldNode*> entries;
  for (const auto& entry : node.children) {
    if (entry.presence == Presence::Set) entries[entry.name] = &entry;
  }
  ASSERT_EQ(static_cast<int>(entries.size()), reflection.FieldSize(message, &field));
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const auto& entry = reflection.GetRepeatedMessage(message, &field, i);
    FieldNode key;
    bool isFound = false;
    for (const auto& [name, found] : entries) {
      key.value = name;
      const auto* keyField = field.message_type()->map_key();
      const auto& keys = *entry.GetReflection();
      std::string text;
      switch (keyField->cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_INT32:
          text = std::to_string(keys.GetInt32(entry, keyField));
          break;
        case pb::FieldDescriptor::CPPTYPE_UINT64:
          text = std::to_string(keys.GetUInt64(entry, keyField));
          break;
        case pb::FieldDescriptor::CPPTYPE_BOOL:
          text = keys.GetBool(entry, keyField) ? "true" : "false";
          break;
        default:
          text = keys.GetString(entry, keyField);
      }
      if (text != name) continue;
      isFound = true;
      expectValue(entry, *field.message_type()->map_value(), -1, *found);
    }
    EXPECT_TRUE(isFound);
  }
}

void expectField(const pb::Message& message, const pb::FieldDescriptor& field, const FieldNode& node) {
  const auto& reflection = *message.GetReflection();
  EXPECT_EQ(node.name, field.is_extension() ? "[" + field.full_name() + "]" : field.name());
  EXPECT_EQ(node.problem, "");
  EXPECT_EQ(node.left, 0u);
  if (field.is_repeated()) {
    const int size = reflection.FieldSize(message, &field);
    EXPECT_EQ(node.presence == Presence::Default, node.range.empty());
    if (field.is_map()) return expectMap(message, field, node);
    ASSERT_EQ(static_cast<int>(node.children.size()), size);
    for (int i = 0; i < size; ++i)
      expectValue(message, field, i, node.children[static_cast<std::size_t>(i)]);
    return;
  }
  // Without presence of its own a field is only sent when it is not its default.
  EXPECT_EQ(node.presence == Presence::Set, reflection.HasField(message, &field));
  if (node.presence == Presence::Set) {
    expectValue(message, field, -1, node);
  } else {
    EXPECT_EQ(node.presence, field.has_presence() ? Presence::NotSet : Presence::Default);
    EXPECT_TRUE(node.range.empty());
    if (node.presence == Presence::Default) expectValue(message, field, -1, node);
  }
}

void expectMessage(const pb::Message& expected, const std::vector<FieldNode>& nodes) {
  std::vector<const pb::FieldDescriptor*> fields;
  expected.GetReflection()->ListFields(expected, &fields);
  for (int i = 0; i < expected.GetDescriptor()->field_count(); ++i)
    fields.push_back(expected.GetDescriptor()->field(i));
  std::set<int> seen;
  for (const auto* field : fields) {
    if (!seen.insert(field->number()).second) continue;
    const auto number = static_cast<std::uint32_t>(field->number());
    const auto node = std::ranges::find(nodes, number, &FieldNode::number);
    ASSERT_NE(node, nodes.end()) << field->full_name();
    SCOPED_TRACE(field->full_name());
    expectField(expected, *field, *node);
  }
  EXPECT_EQ(nodes.size(), seen.size());
}

/// The fields cover the message without gaps, and each one's bytes are that field and nothing else.
void expectRanges(const std::string& bytes, const pb::Message& prototype,
                  const std::vector<FieldNode>& nodes) {
  std::vector<ByteRange> ranges;
  for (const auto& node : nodes) {
    if (node.range.empty()) continue;
    ranges.push_back(node.range);
    std::unique_ptr<pb::Message> part(prototype.New());
    const std::string piece = bytes.substr(node.range.begin, node.range.size());
    ASSERT_TRUE(part->ParsePartialFromString(piece));
    EXPECT_EQ(test::serialized(*part), piece);
    std::vector<const pb::FieldDescriptor*> fields;
    part->GetReflection()->ListFields(*part, &fields);
    ASSERT_EQ(fields.size(), 1u);
    EXPECT_EQ(static_cast<std::uint32_t>(fields[0]->number()), node.number);
  }
  std::ranges::sort(ranges, {}, &ByteRange::begin);
  std::size_t at = 0;
  for (const auto& range : ranges) {
    EXPECT_EQ(range.begin, at);
    at = range.end;
  }
  EXPECT_EQ(at, bytes.size());
}

struct RandomMessage {
  Schemas schemas;
  std::optional<MessageType> type;
  std::unique_ptr<pb::DynamicMessageFactory> factory = std::make_unique<pb::DynamicMessageFactory>();
  std::unique_ptr<pb::Message> message;  ///< as parsed from the bytes
  std::string bytes;
};

RandomMessage randomMessage(Random& random) {
  RandomMessage made;
  const auto schema = test::schemaOf(test::randomFile(random));
  EXPECT_TRUE(schema->problems().empty()) << schema->problems()[0].text();
  made.schemas.add(schema);
  made.type = schema->message("p.M" + std::to_string(test::upTo(random, 3)));
  const auto* prototype = made.factory->GetPrototype(&made.type->descriptor());
  std::unique_ptr<pb::Message> filled(prototype->New());
  test::fillAtRandom(random, *filled, 3);
  made.message.reset(prototype->New());
  EXPECT_TRUE(made.message->ParsePartialFromString(test::serialized(*filled)));
  made.bytes = test::serialized(*made.message);
  return made;
}

TEST(MessageDecoder, ReadsRandomMessagesAsProtobufDoes) {
  std::size_t bytes = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const auto made = randomMessage(random);
    bytes += made.bytes.size();
    const auto decoded = decodeMessage(made.schemas, *made.type, bytesOf(made.bytes), {.nodes = 1'000'000});
    EXPECT_TRUE(decoded.isReadable);
    EXPECT_FALSE(decoded.misfit) << decoded.misfit->text();
    EXPECT_EQ(decoded.type, made.type->name());
    expectMessage(*made.message, decoded.fields);
    expectRanges(made.bytes, *made.message, decoded.fields);
    if (HasFailure()) break;
  }
  EXPECT_GT(bytes, 100'000u);
}

TEST(MessageDecoder, MakesTheJsonThatProtobufMakes) {
  for (std::uint64_t seed = 1'000; seed < 1'200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const auto made = randomMessage(random);
    pb::util::JsonPrintOptions options;
    options.add_whitespace = true;
    std::string expected;
    ASSERT_TRUE(pb::util::MessageToJsonString(*made.message, &expected, options).ok());
    const auto json = messageJson(made.schemas, *made.type, bytesOf(made.bytes));
    ASSERT_TRUE(json) << json.error().detail;
    // Entries of maps have no order.
    EXPECT_EQ(nlohmann::json::parse(*json), nlohmann::json::parse(expected));
  }
}

TEST(MessageDecoder, RefusesDamagedMessagesWhereProtobufDoes) {
  int refused = 0, taken = 0;
  for (std::uint64_t seed = 2'000; seed < 2'300; ++seed) {
    Random random(seed);
    const auto made = randomMessage(random);
    for (int i = 0; i < 20 && !made.bytes.empty(); ++i) {
      std::string damaged = made.bytes;
      for (std::size_t left = 1 + test::upTo(random, 2); left > 0; --left)
        damaged[test::upTo(random, damaged.size() - 1)] = static_cast<char>(random());
      if (test::upTo(random, 2) == 0) damaged.resize(test::upTo(random, damaged.size() - 1));
      std::unique_ptr<pb::Message> message(made.message->New());
      pb::LogSilencer quiet;
      const bool isRead = message->ParsePartialFromString(damaged);
      const auto decoded = decodeMessage(made.schemas, *made.type, bytesOf(damaged), {.nodes = 1'000'000});
      ASSERT_EQ(decoded.isReadable, isRead)
          << seed << ": " << (decoded.misfit ? decoded.misfit->text() : "fits") << "\n"
          << hexText(bytesOf(damaged), 10'000) << "\n"
          << made.type->descriptor().DebugString();
      ++(isRead ? taken : refused);
    }
  }
  EXPECT_GT(refused, 1'000);
  EXPECT_GT(taken, 1'000);
}

// ---- What people see ----

TEST(MessageDecoder, TellsNumbersNamesTypesAndPresence) {
  const auto routes = test::routes();
  pb::DynamicMessageFactory factory;
  const auto decoded =
      test::decode(routes, "routes.Feature", R"(name: "Berkshire Valley" location { latitude: 409146138 })");
  ASSERT_EQ(decoded.fields.size(), 2u);
  const auto& name = decoded.fields[0];
  EXPECT_EQ(name.number, 1u);
  EXPECT_EQ(name.name, "name");
  EXPECT_EQ(name.type, "string");
  EXPECT_EQ(name.value, "Berkshire Valley");
  EXPECT_EQ(name.range, (ByteRange{0, 18}));
  const auto& location = decoded.fields[1];
  EXPECT_EQ(location.type, "routes.Point");
  ASSERT_EQ(location.children.size(), 2u);
  EXPECT_EQ(location.children[0].value, "409146138");
  EXPECT_EQ(location.children[0].range, (ByteRange{20, 26}));
  EXPECT_EQ(location.children[1].presence, Presence::Default);
  EXPECT_EQ(location.children[1].value, "0");
}

TEST(MessageDecoder, SaysWhereAMessageStopsFitting) {
  const auto routes = test::routes();
  const auto type = *routes.message("routes.Feature");
  const auto misfit = [&](std::string_view bytes) {
    const auto decoded = decodeMessage(routes, type, bytesOf(bytes));
    EXPECT_TRUE(decoded.misfit);
    return decoded.misfit ? decoded.misfit->text() : "";
  };
  using namespace std::string_view_literals;
  EXPECT_EQ(misfit("\x0a\x05Lone"sv), "field 1 'name' at byte 1: its length says 5 bytes, 4 are here");
  EXPECT_EQ(misfit("\x12\x04\x08\x01\x10\x80"sv),
            "field 2 'location.longitude' at byte 5: the varint does not end");
  EXPECT_EQ(misfit("\x0a\x01\xff"sv), "field 1 'name' at byte 2: the string is no UTF-8");
  EXPECT_EQ(
      misfit("\x08\x01"sv),
      "field 1 'name' at byte 0: the schema says string, which is length-delimited on the wire, but this is "
      "varint");
  EXPECT_EQ(misfit("\x0a\x00\x0f"sv), "field 1 'name' at byte 2: its wire type is 7, which there is not");
  EXPECT_EQ(misfit("\x00"sv), "at byte 0: the field's number is 0, which no field has");
}

TEST(MessageDecoder, ShowsWhatWasReadBeforeAMisfit) {
  const auto routes = test::routes();
  using namespace std::string_view_literals;
  const auto decoded =
      decodeMessage(routes, *routes.message("routes.Feature"), bytesOf("\x0a\x03Oak\x12\x7f\x08"sv));
  EXPECT_FALSE(decoded.isReadable);
  ASSERT_EQ(decoded.fields.size(), 3u);
  EXPECT_EQ(decoded.fields[0].value, "Oak");
  // The absent field stands before the bytes that are left of it.
  EXPECT_EQ(decoded.fields[1].presence, Presence::NotSet);
  EXPECT_EQ(decoded.fields[2].presence, Presence::Unknown);
  EXPECT_EQ(decoded.fields[2].range, (ByteRange{5, 8}));
  EXPECT_EQ(decoded.fields[2].problem, "its length says 127 bytes, 1 is here");
}

TEST(MessageDecoder, MarksWhatALaterFieldReplaces) {
  const auto routes = test::routes();
  using namespace std::string_view_literals;
  // name twice; then of the oneof first the text, then the number
  const auto twice =
      decodeMessage(routes, *routes.message("routes.Feature"), bytesOf("\x0a\x01X\x0a\x01Y"sv));
  EXPECT_EQ(twice.fields[0].presence, Presence::Replaced);
  EXPECT_EQ(twice.fields[1].presence, Presence::Set);
  const auto choice = decodeMessage(routes, *routes.message("routes.Choice"), bytesOf("\x0a\x01X\x10\x05"sv));
  ASSERT_EQ(choice.fields.size(), 2u);
  EXPECT_EQ(choice.fields[0].presence, Presence::Replaced);
  EXPECT_EQ(choice.fields[0].oneof, "which");
  EXPECT_EQ(choice.fields[1].presence, Presence::Set);
}

TEST(MessageDecoder, ReadsWellKnownTypesInWords) {
  Schemas schemas;
  const auto textOfType = [&](const pb::Message& message) {
    pb::Any any;
    any.PackFrom(message);
    const auto decoded =
        decodeMessage(schemas, *schemas.message("google.protobuf.Any"), bytesOf(any.SerializeAsString()));
    return decoded.fields.at(1).value;
  };
  pb::Timestamp time;
  time.set_seconds(1'700'000'000);
  time.set_nanos(500'000'000);
  EXPECT_EQ(textOfType(time), "2023-11-14T22:13:20.500Z");
  time.set_nanos(-5);
  EXPECT_EQ(textOfType(time), "");
  pb::Duration duration;
  duration.set_seconds(90);
  EXPECT_EQ(textOfType(duration), "90s");
  pb::StringValue text;
  text.set_value("hello");
  EXPECT_EQ(textOfType(text), "hello");
  pb::Struct object;
  (*object.mutable_fields())["a"].set_number_value(1);
  EXPECT_EQ(textOfType(object), R"({"a":1})");
}

TEST(MessageDecoder, LooksIntoAnyOfWhateverSchema) {
  auto schemas = test::routes();
  pb::Any any;
  any.set_type_url("example.com/types/routes.Point");
  any.set_value("\x08\x07");
  const auto type = *schemas.message("google.protobuf.Any");
  const auto decoded = decodeMessage(schemas, type, bytesOf(any.SerializeAsString()));
  ASSERT_EQ(decoded.fields.size(), 2u);
  EXPECT_EQ(decoded.fields[1].type, "routes.Point");
  EXPECT_EQ(decoded.fields[1].children.at(0).value, "7");
  EXPECT_THAT(messageJson(schemas, type, bytesOf(any.SerializeAsString())).value(),
              HasSubstr("\"latitude\": 7"));

  const Schemas none;
  // The type of a pool that knows nothing else.
  const auto bare = none.message("google.protobuf.Any").value();
  const auto unknown = decodeMessage(none, bare, bytesOf(any.SerializeAsString()));
  EXPECT_EQ(unknown.fields[1].type, "bytes");
  EXPECT_FALSE(unknown.misfit);
  const auto json = messageJson(none, bare, bytesOf(any.SerializeAsString()));
  ASSERT_FALSE(json);
  EXPECT_THAT(json.error().detail, HasSubstr("routes.Point"));
}

// ---- Bounds ----

TEST(MessageDecoder, CountsWhatItLeavesOut) {
  const auto routes = test::routes();
  std::string bytes;
  for (int i = 0; i < 1'000; ++i)
    bytes += "\x0a\x02\x08\x01";
  const auto decoded = decodeMessage(routes, *routes.message("routes.Route"), bytesOf(bytes), {.nodes = 100});
  ASSERT_EQ(decoded.fields.size(), 1u);
  EXPECT_TRUE(decoded.isReadable);
  EXPECT_EQ(decoded.fields[0].children.size() + decoded.left, 1'000u);
  EXPECT_LT(decoded.fields[0].children.size(), 100u);
}

TEST(MessageDecoder, ReadsAHundredMebibytesInBoundedMemory) {
  const auto routes = test::routes();
  constexpr std::size_t kSize = std::size_t{100} << 20;
  std::string bytes = "\x0a\x80\x80\x80\x32";
  bytes.resize(bytes.size() + kSize, 'x');
  const auto decoded = decodeMessage(routes, *routes.message("routes.Feature"), bytesOf(bytes));
  EXPECT_TRUE(decoded.isReadable);
  EXPECT_THAT(decoded.fields[0].value, HasSubstr("xxx … and 104,855,600 bytes more"));
  EXPECT_LT(decoded.fields[0].value.size(), 2'100u);
  const auto json = messageJson(routes, *routes.message("routes.Feature"), bytesOf(bytes));
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().detail,
            "There is no JSON of this routes.Feature: it has 104,857,605 bytes, and JSON is made of at most "
            "16,777,216");
}

TEST(MessageDecoder, EndsAtADepth) {
  const auto routes = test::routes();
  std::string bytes;
  for (int i = 0; i < 150; ++i) {
    std::string outer = "\x0a";
    for (std::size_t size = bytes.size();; size >>= 7) {
      outer += static_cast<char>(size < 0x80 ? size : (size & 0x7F) | 0x80);
      if (size < 0x80) break;
    }
    bytes = outer + bytes;
  }
  const auto decoded = decodeMessage(routes, *routes.message("routes.Nested"), bytesOf(bytes));
  EXPECT_FALSE(decoded.isReadable);
  EXPECT_THAT(decoded.misfit->reason, StartsWith("messages lie more than 100 deep"));
}

// ---- grpc-status-details-bin ----

TEST(StatusDetails, AreReadWithAndWithoutPadding) {
  google::rpc::Status status;
  status.set_code(9);
  status.set_message("no");
  google::rpc::ErrorInfo info;
  info.set_reason("QUOTA");
  (*info.mutable_metadata())["limit"] = "5";
  status.add_details()->PackFrom(info);
  std::string text = toBase64Url(status.SerializeAsString());
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  const Schemas schemas;
  for (const std::string& padded : {text, text + std::string((4 - text.size() % 4) % 4, '=')}) {
    const auto details = decodeStatusDetails(schemas, padded);
    ASSERT_TRUE(details) << details.error().detail;
    EXPECT_EQ(details->bytes, status.SerializeAsString());
    const auto& fields = details->message.fields;
    EXPECT_EQ(fields[0].value, "9");
    EXPECT_EQ(fields[1].value, "no");
    const auto& any = fields[2].children.at(0);
    EXPECT_EQ(any.value, "google.rpc.ErrorInfo");
    EXPECT_EQ(any.children.at(1).children.at(0).value, "QUOTA");
    EXPECT_EQ(any.children.at(1).children.at(2).children.at(0).name, "limit");
  }
}

TEST(StatusDetails, SayWhatIsNoBase64) {
  for (const char* text : {"*", "QQ===", "Q", "====", "QQ=A"}) {
    EXPECT_FALSE(decodeStatusDetails({}, text)) << text;
  }
}

}  // namespace
}  // namespace spillway::grpc
