// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/message_form.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "engine/grpc/message_json.h"
#include "tests/grpc/random_schemas.h"

namespace spillway::grpc {
namespace {

using testing::HasSubstr;
using Place = std::vector<std::size_t>;

constexpr const char* kProto = R"(
  name: "shop.proto" package: "shop" syntax: "proto3"
  message_type {
    name: "Order"
    field { name: "item_name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "itemName" }
    field { name: "count" number: 2 type: TYPE_INT64 label: LABEL_OPTIONAL json_name: "count" }
    field { name: "gift" number: 3 type: TYPE_BOOL label: LABEL_OPTIONAL json_name: "gift" }
    field { name: "state" number: 4 type: TYPE_ENUM type_name: ".shop.State" label: LABEL_OPTIONAL json_name: "state" }
    field { name: "parts" number: 5 type: TYPE_MESSAGE type_name: ".shop.Order" label: LABEL_REPEATED json_name: "parts" }
    field { name: "cash" number: 6 type: TYPE_DOUBLE label: LABEL_OPTIONAL json_name: "cash" oneof_index: 0 }
    field { name: "card" number: 7 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "card" oneof_index: 0 }
    field { name: "stock" number: 8 type: TYPE_MESSAGE type_name: ".shop.Order.StockEntry" label: LABEL_REPEATED json_name: "stock" }
    nested_type {
      name: "StockEntry"
      field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "key" }
      field { name: "value" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL json_name: "value" }
      options { map_entry: true }
    }
    oneof_decl { name: "pay" }
  }
  enum_type { name: "State" value { name: "NEW" number: 0 } value { name: "SENT" number: 1 } })";
enum Field : std::size_t { ItemName, Count, Gift, State, Parts, Cash, Card, Stock };

class MessageFormTest : public testing::Test {
 protected:
  MessageFormTest() {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kProto, &file));
    schema_ = test::schemaOf(file);
    schemas_.add(schema_);
  }
  MessageType order() const { return *schema_->message("shop.Order"); }
  MessageForm form(const std::string& json) const {
    auto form = MessageForm::read(order(), json);
    if (!form) throw std::runtime_error(form.error().detail);
    return std::move(*form);
  }
  std::string refusal(const std::string& json) const {
    const auto form = MessageForm::read(order(), json);
    return form ? "" : form.error().detail;
  }
  /// As few letters as can be; that it is a right message.
  std::string compact(const MessageForm& form) const {
    const auto bytes = jsonMessage(schemas_, order(), form.json());
    EXPECT_TRUE(bytes.has_value()) << form.json();
    std::string text;
    for (const char c : form.json()) {
      if (c != '\n' && c != ' ') text += c;
    }
    return text;
  }

  std::shared_ptr<const Schema> schema_;
  Schemas schemas_;
};

TEST_F(MessageFormTest, ShowsEachFieldInItsOrder) {
  const MessageForm form = this->form(R"({"count": "9007199254740993", "item_name": "tea"})");
  const auto& fields = form.whole().children;
  ASSERT_EQ(fields.size(), 8u);
  EXPECT_EQ(fields[ItemName].name, "item_name");
  EXPECT_EQ(fields[ItemName].value, "tea");
  EXPECT_EQ(fields[Count].kind, FormKind::Number);
  EXPECT_EQ(fields[Count].value, "9007199254740993");
  EXPECT_FALSE(fields[Gift].isSet);
  EXPECT_EQ(fields[State].choices, (std::vector<std::string>{"NEW", "SENT"}));
  EXPECT_EQ(fields[Parts].kind, FormKind::List);
  EXPECT_EQ(fields[Card].oneof, "pay");
  EXPECT_EQ(fields[Stock].kind, FormKind::Map);
  EXPECT_EQ(compact(form), R"({"itemName":"tea","count":9007199254740993})");
}

TEST_F(MessageFormTest, FillsFieldsAndWhatTheyAreIn) {
  MessageForm form = this->form("{}");
  form.fill({ItemName}, "a \"b\"\n");
  form.fill({Gift}, "true");
  form.fill({State}, "SENT");
  form.addElement({Parts});
  form.fill({Parts, 0, Count}, "2");
  form.addElement({Stock});
  form.addElement({Stock});
  form.renameKey({Stock, 1}, "oslo");
  form.renameKey({Stock, 0}, "oslo");  // taken: stays
  form.renameKey({Parts, 0}, "oslo");  // a list has no keys
  EXPECT_EQ(form.at({Parts, 0}).name, "1");
  form.fill({Stock, 1}, "7");
  EXPECT_EQ(compact(form), R"({"itemName":"a\"b\"\n","gift":true,"state":"SENT","parts":[{"count":2}],)"
                           R"("stock":{"key1":0,"oslo":7}})");
  form.removeElement({Stock, 0});
  form.removeElement({Parts, 0});
  form.set({Gift}, false);
  form.set({Parts}, false);
  EXPECT_EQ(compact(form), R"({"itemName":"a\"b\"\n","state":"SENT","stock":{"oslo":7}})");
}

TEST_F(MessageFormTest, OfAOneofOneIsSet) {
  MessageForm form = this->form(R"({"cash": 1.5})");
  EXPECT_TRUE(form.at({Cash}).isSet);
  form.set({Card}, true);
  EXPECT_FALSE(form.at({Cash}).isSet);
  form.fill({Card}, "4711");
  EXPECT_EQ(compact(form), R"({"card":"4711"})");
}

TEST_F(MessageFormTest, KeepsWhatIsNoNumberForTheMessageToTell) {
  MessageForm form = this->form("{}");
  form.fill({Count}, "two");
  EXPECT_FALSE(isFilledRight(form.at({Count})));
  EXPECT_THAT(form.json(), HasSubstr(R"("count": "two")"));
  EXPECT_FALSE(jsonMessage(schemas_, order(), form.json()).has_value());
  for (const char* right : {"2", "-5", "1.5", "1e3", "NaN", "-Infinity"}) {
    form.fill({Cash}, right);
    EXPECT_TRUE(isFilledRight(form.at({Cash}))) << right;
  }
  for (const char* wrong : {"", "0x10", "1.", "1 2", "inf", "--1"}) {
    form.fill({Cash}, wrong);
    EXPECT_FALSE(isFilledRight(form.at({Cash}))) << wrong;
  }
}

TEST_F(MessageFormTest, TellsWhatDoesNotFit) {
  EXPECT_THAT(refusal("{"), HasSubstr("it is no JSON"));
  EXPECT_THAT(refusal("[]"), HasSubstr("an object {…} belongs here"));
  EXPECT_THAT(refusal(R"({"colour": 1})"), HasSubstr("no field is named \"colour\""));
  EXPECT_THAT(refusal(R"({"parts": [{"count": []}]})"), HasSubstr("parts.1.count: a single value"));
  EXPECT_THAT(refusal(R"({"stock": []})"), HasSubstr("stock: an object"));
  std::string many = R"({"parts": [)";
  for (int i = 0; i < 6000; ++i)
    many += i == 0 ? "{}" : ",{}";
  EXPECT_THAT(refusal(many + "]}"), HasSubstr("at most 5000 fields"));
}

/// What goes through the form comes out as the same message.
TEST_F(MessageFormTest, ChangesNoMessage) {
  test::Random random(4711);
  int compared = 0;
  for (int round = 0; round < 200; ++round) {
    const auto file = test::randomFile(random);
    const auto schema = test::schemaOf(file);
    Schemas schemas;
    schemas.add(schema);
    const auto type = *schema->message("p.M0");
    google::protobuf::DynamicMessageFactory factory;
    const std::unique_ptr<google::protobuf::Message> message(factory.GetPrototype(&type.descriptor())->New());
    test::fillAtRandom(random, *message, 3);
    const std::string bytes = test::serialized(*message);
    const auto json = messageJson(schemas, type, bytesOf(bytes));
    if (!json) continue;  // required fields are missing
    const auto direct = jsonMessage(schemas, type, *json);
    if (!direct || json->find("\"[") != std::string::npos) continue;  // extensions have no place in the form
    const auto form = MessageForm::read(type, *json);
    ASSERT_TRUE(form.has_value()) << form.error().detail << *json;
    const auto again = jsonMessage(schemas, type, form->json());
    ASSERT_TRUE(again.has_value()) << again.error().detail << '\n' << *json << '\n' << form->json();
    const std::unique_ptr<google::protobuf::Message> left(message->New()), right(message->New());
    ASSERT_TRUE(left->ParsePartialFromString(*direct) && right->ParsePartialFromString(*again));
    EXPECT_EQ(test::serialized(*left), test::serialized(*right)) << *json << '\n' << form->json();
    ++compared;
  }
  EXPECT_GT(compared, 50);
}

}  // namespace
}  // namespace spillway::grpc
