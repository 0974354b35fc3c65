// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/message_form.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "engine/grpc/field_text.h"

namespace spillway::grpc {

namespace pb = google::protobuf;

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostFields = 5'000;  ///< a larger message is no form any more

FormKind elementKind(const pb::FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return field.message_type()->well_known_type() == pb::Descriptor::WELLKNOWNTYPE_UNSPECIFIED
                 ? FormKind::Message
                 : FormKind::Json;
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return FormKind::Text;
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return FormKind::Flag;
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return FormKind::Choice;
    default:
      return FormKind::Number;
  }
}

/// What the elements of a list or map are, or the field itself.
const pb::FieldDescriptor& elementOf(const pb::FieldDescriptor& field) {
  return field.is_map() ? *field.message_type()->map_value() : field;
}

FormField shaped(const pb::FieldDescriptor& field, FormKind kind) {
  FormField made;
  made.name = field.name();
  made.type = typeText(field);
  made.kind = kind;
  made.field = &field;
  const pb::FieldDescriptor& element = elementOf(field);
  if (kind == FormKind::Choice) {
    for (int i = 0; i < element.enum_type()->value_count(); ++i)
      made.choices.push_back(element.enum_type()->value(i)->name());
  }
  if (kind == FormKind::Flag) made.choices = {"false", "true"};
  return made;
}

FormField emptyField(const pb::FieldDescriptor& field) {
  const FormKind kind = field.is_map()        ? FormKind::Map
                        : field.is_repeated() ? FormKind::List
                                              : elementKind(field);
  FormField made = shaped(field, kind);
  if (const pb::OneofDescriptor* oneof = field.real_containing_oneof()) made.oneof = oneof->name();
  return made;
}

FormField emptyElement(const pb::FieldDescriptor& field, std::string name) {
  FormField made = shaped(field, elementKind(elementOf(field)));
  made.type = elementTypeText(elementOf(field));
  made.name = std::move(name);
  made.isElement = made.isSet = true;
  return made;
}

std::string startValue(const FormField& field) {
  switch (field.kind) {
    case FormKind::Number:
      return "0";
    case FormKind::Flag:
    case FormKind::Choice:
      return field.choices.front();
    case FormKind::Json:
      return "null";
    default:
      return {};
  }
}

void addFields(FormField& message, const pb::Descriptor& type) {
  message.children.clear();
  for (int i = 0; i < type.field_count(); ++i)
    message.children.push_back(emptyField(*type.field(i)));
}

/// It is there now, with nothing in it.
void begin(FormField& field) {
  field.isSet = true;
  if (field.kind == FormKind::Message && field.field)
    addFields(field, *elementOf(*field.field).message_type());
  if (field.value.empty()) field.value = startValue(field);
}

/// Reads JSON into the form; throws the words of what does not fit.
class FormReader {
 public:
  void readWhole(FormField& whole, const pb::Descriptor& type, const Json& json) {
    addFields(whole, type);
    readFields(whole, json, {});
  }

 private:
  [[noreturn]] static void refuse(const std::string& path, const std::string& why) {
    throw std::invalid_argument(path.empty() ? why : path + ": " + why);
  }

  void count() {
    if (++count_ > kMostFields) refuse({}, fmt::format("A form has at most {} fields.", kMostFields));
  }

  void readFields(FormField& message, const Json& json, const std::string& path) {
    if (!json.is_object()) refuse(path, "an object {…} belongs here.");
    for (const auto& item : json.items()) {
      const std::string& name = item.key();
      const auto at = std::ranges::find_if(message.children, [&](const FormField& field) {
        return field.field->json_name() == name || field.name == name;
      });
      if (at == message.children.end()) refuse(path, fmt::format("no field is named \"{}\".", name));
      if (!item.value().is_null() || at->kind == FormKind::Json)
        read(*at, item.value(), path.empty() ? name : fmt::format("{}.{}", path, name));
    }
  }

  void read(FormField& field, const Json& json, const std::string& path) {
    count();
    field.isSet = true;
    switch (field.kind) {
      case FormKind::Message:
        begin(field);
        return readFields(field, json, path);
      case FormKind::List:
        if (!json.is_array()) refuse(path, "a list […] belongs here.");
        for (const Json& one : json)
          readElement(field, std::to_string(field.children.size() + 1), one, path);
        return;
      case FormKind::Map:
        if (!json.is_object()) refuse(path, "an object {…} belongs here.");
        for (const auto& [key, one] : json.items())
          readElement(field, key, one, path);
        return;
      case FormKind::Json:
        field.value = json.dump();
        return;
      default:
        if (json.is_structured()) refuse(path, "a single value belongs here.");
        field.value = json.is_string() ? json.get<std::string>() : json.dump();
        if (field.kind == FormKind::Choice && json.is_number_integer()) nameChoice(field, json.get<int>());
    }
  }

  void readElement(FormField& list, const std::string& name, const Json& json, const std::string& path) {
    FormField element = emptyElement(*list.field, name);
    read(element, json, fmt::format("{}.{}", path, name));
    list.children.push_back(std::move(element));
  }

  static void nameChoice(FormField& field, int number) {
    if (const auto* value = elementOf(*field.field).enum_type()->FindValueByNumber(number))
      field.value = value->name();
  }

  std::size_t count_ = 0;
};

/// A number as JSON has it: whole ones and usual fractions bare, all else in quotes.
bool isNumber(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  const bool isPlain = !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  return isPlain && error == std::errc() && at == end && Json::accept(text);
}

class FormWriter {
 public:
  std::string write(const FormField& whole) {
    value(whole, 0);
    return std::move(out_);
  }

 private:
  void line(int depth) { out_ += '\n' + std::string(static_cast<std::size_t>(depth) * 2, ' '); }
  static std::string quoted(const std::string& text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  void value(const FormField& field, int depth) {
    switch (field.kind) {
      case FormKind::Message:
      case FormKind::Map:
        return children(field, '{', '}', depth);
      case FormKind::List:
        return children(field, '[', ']', depth);
      case FormKind::Number:
      case FormKind::Choice:  // a number that the schema has no name for
        out_ += isNumber(field.value) ? field.value : quoted(field.value);
        return;
      case FormKind::Flag:
        out_ += isFilledRight(field) ? field.value : quoted(field.value);
        return;
      case FormKind::Json:
        out_ += Json::accept(field.value) ? field.value : quoted(field.value);
        return;
      default:
        out_ += quoted(field.value);
    }
  }

  void children(const FormField& field, char open, char close, int depth) {
    out_ += open;
    bool isFirst = true;
    for (const FormField& child : field.children) {
      if (!child.isSet) continue;
      if (!std::exchange(isFirst, false)) out_ += ',';
      line(depth + 1);
      if (field.kind != FormKind::List)
        out_ += quoted(child.isElement ? child.name : child.field->json_name()) + ": ";
      value(child, depth + 1);
    }
    if (!isFirst) line(depth);
    out_ += close;
  }

  std::string out_;
};

bool hasKey(const FormField& map, const std::string& key) {
  return std::ranges::find(map.children, key, &FormField::name) != map.children.end();
}

std::string newKey(const FormField& map) {
  const bool isText = map.field->message_type()->map_key()->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING;
  for (std::size_t number = map.children.size() + 1;; ++number) {
    std::string key = (isText ? "key" : "") + std::to_string(number);
    if (!hasKey(map, key)) return key;
  }
}

}  // namespace

Result<MessageForm> MessageForm::read(const MessageType& type, std::string_view json) {
  MessageForm form(type);
  const auto refuse = [&](const std::string& why) {
    return failure(Error{ErrorCode::Invalid, Side::Balancer,
                         fmt::format("This is no form of {}: {}", type.name(), why)});
  };
  const Json parsed = Json::parse(json, nullptr, false);
  if (parsed.is_discarded()) return refuse("it is no JSON.");
  form.whole_.isSet = true;
  form.whole_.type = type.name();
  try {
    FormReader().readWhole(form.whole_, type.descriptor(), parsed);
  } catch (const std::invalid_argument& error) {
    return refuse(error.what());
  }
  return form;
}

const FormField& MessageForm::at(const std::vector<std::size_t>& place) const {
  const FormField* field = &whole_;
  for (const std::size_t index : place)
    field = &field->children[index];
  return *field;
}

FormField& MessageForm::edit(const std::vector<std::size_t>& place) {
  return const_cast<FormField&>(at(place));
}

/// What a field is in must be there, too. Fields of a message that is not set do not show.
void MessageForm::setAbove(const std::vector<std::size_t>& place) {
  FormField* field = &whole_;
  for (const std::size_t index : place) {
    const std::string oneof = field->children[index].oneof;
    for (FormField& other : field->children) {
      if (!oneof.empty() && other.oneof == oneof && &other != &field->children[index]) {
        other.isSet = false;
        if (other.kind == FormKind::Message) other.children.clear();
      }
    }
    field = &field->children[index];
    if (!field->isSet) begin(*field);
  }
}

void MessageForm::fill(const std::vector<std::size_t>& place, const std::string& value) {
  setAbove(place);
  edit(place).value = value;
}

void MessageForm::set(const std::vector<std::size_t>& place, bool isSet) {
  if (isSet) return setAbove(place);
  FormField& field = edit(place);
  field.isSet = false;
  field.children.clear();
}

void MessageForm::addElement(const std::vector<std::size_t>& place) {
  setAbove(place);
  FormField& list = edit(place);
  const bool isMap = list.kind == FormKind::Map;
  FormField element =
      emptyElement(*list.field, isMap ? newKey(list) : std::to_string(list.children.size() + 1));
  begin(element);
  list.children.push_back(std::move(element));
}

void MessageForm::removeElement(const std::vector<std::size_t>& place) {
  FormField& list = edit({place.begin(), place.end() - 1});
  list.children.erase(list.children.begin() + static_cast<std::ptrdiff_t>(place.back()));
  for (std::size_t i = 0; list.kind == FormKind::List && i < list.children.size(); ++i)
    list.children[i].name = std::to_string(i + 1);
}

void MessageForm::renameKey(const std::vector<std::size_t>& place, const std::string& key) {
  const FormField& map = at({place.begin(), place.end() - 1});
  if (map.kind == FormKind::Map && !hasKey(map, key)) edit(place).name = key;
}

std::string MessageForm::json() const {
  return FormWriter().write(whole_);
}

bool isFilledRight(const FormField& field) {
  switch (field.kind) {
    case FormKind::Number:
      return isNumber(field.value) || field.value == "NaN" || field.value == "Infinity" ||
             field.value == "-Infinity";
    case FormKind::Flag:
    case FormKind::Choice:
      return std::ranges::find(field.choices, field.value) != field.choices.end();
    case FormKind::Json:
      return Json::accept(field.value);
    default:
      return true;
  }
}

}  // namespace spillway::grpc
