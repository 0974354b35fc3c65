// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/document_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/config/document_fields.h"
#include "engine/config/draft.h"
#include "engine/config/suggestion.h"
#include "engine/config/words.h"

namespace spillway::config {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kTrafficPort = "traffic-port";
constexpr std::string_view kOff = "off";
constexpr std::size_t kLongestValue = 60;  // of a value as shown in an issue, in bytes

std::string memberPath(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

std::string dump(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string shown(const Json& value) {
  // Not spelled out: too long for an issue, and possibly deeper than the stack.
  if (value.is_object()) return value.empty() ? "{}" : "{…}";
  if (value.is_array()) return value.empty() ? "[]" : "[…]";
  std::string text = value.is_string() ? value.get<std::string>() : dump(value, -1);
  if (text.size() <= kLongestValue) return text;
  std::size_t end = kLongestValue;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;  // not inside a character
  return text.substr(0, end) + "…";
}

/// Fills the fields of one JSON object; what does not fit becomes an issue and leaves the field alone.
class JsonReader {
 public:
  /// `object` may be of any type; `draft` collects. Visits the fields, then reports those that nobody asked
  /// for.
  template <class Visit>
  static void read(const Json& object, std::string path, Draft& draft, Visit&& visit) {
    JsonReader reader(object, std::move(path), draft);
    if (!object.is_object()) return reader.complain(reader.path_, object, "Write an object: {…}.");
    visit(reader);
    reader.reportUnknown();
  }

  static constexpr bool wants(bool) { return true; }
  template <class F>
  void orElse(F&& setDefault) {
    setDefault();
  }

  void text(std::string_view key, std::string& field) {
    if (const Json* value = find(key)) readText(memberPath(path_, key), *value, field);
  }

  void optionalText(std::string_view key, std::optional<std::string>& field) {
    const Json* value = find(key);
    if (value) readText(memberPath(path_, key), *value, field.emplace());
  }

  void textMap(std::string_view key, std::map<std::string, std::string>& field) {
    const Json* value = find(key);
    if (!value) return;
    const std::string path = memberPath(path_, key);
    if (!value->is_object()) return complain(path, *value, "Write an object: {\"Name\": \"value\", …}.");
    for (const auto& [name, text] : value->items())
      readText(memberPath(path, name), text, field[name]);
  }

  template <class N>
  void number(std::string_view key, N& field) {
    if (const Json* value = find(key)) readNumber(memberPath(path_, key), *value, field);
  }

  /// A number, or "off".
  void numberOrOff(std::string_view key, std::optional<std::uint32_t>& field) {
    const Json* value = find(key);
    if (!value) return;
    if (value->is_string() && value->get<std::string>() == kOff) {
      field.reset();
    } else if (value->is_string()) {
      complain(memberPath(path_, key), *value, "Write \"off\" or a number without quotes.");
    } else {
      std::uint32_t number = 0;
      if (readNumber(memberPath(path_, key), *value, number)) field = number;
    }
  }

  /// "HTTP_301" or "HTTP_302".
  void redirectStatus(std::string_view key, std::uint32_t& field) {
    const Json* value = find(key);
    if (!value) return;
    if (*value == "HTTP_301" || *value == "HTTP_302") {
      field = *value == "HTTP_301" ? 301 : 302;
    } else {
      complain(memberPath(path_, key), *value, "Write \"HTTP_301\" or \"HTTP_302\".");
    }
  }

  /// All other fields of this object are of no interest.
  void ignoreRest() { reportsUnknown_ = false; }

  void flag(std::string_view key, bool& field) {
    const Json* value = find(key);
    if (!value) return;
    if (!value->is_boolean())
      return complain(memberPath(path_, key), *value, "Write true or false, without quotes.");
    field = value->get<bool>();
  }

  template <class E>
  void choice(std::string_view key, E& field) {
    const Json* value = find(key);
    if (!value) return;
    const std::string written = value->is_string() ? value->get<std::string>() : "";
    for (const auto& [known, word] : wordsOf(field)) {
      if (word == written) {
        field = known;
        return;
      }
    }
    const auto words = allWords<E>();
    complain(
        memberPath(path_, key), *value,
        fmt::format("Allowed here: {}.{}", anyOf(words), words.size() > 1 ? didYouMean(written, words) : ""));
  }

  void trafficPort(std::string_view key, std::optional<std::uint32_t>& field) {
    const Json* value = find(key);
    if (!value) return;
    if (value->is_string() && value->get<std::string>() == kTrafficPort) {
      field.reset();
    } else if (value->is_string()) {
      complain(memberPath(path_, key), *value, "Write \"traffic-port\" or a port number without quotes.");
    } else {
      std::uint32_t port = 0;
      if (readNumber(memberPath(path_, key), *value, port)) field = port;
    }
  }

  void texts(std::string_view key, std::vector<std::string>& field) {
    eachOf(key, field, [this](const std::string& path, const Json& value, std::string& element) {
      readText(path, value, element);
    });
  }

  void numbers(std::string_view key, std::vector<std::uint32_t>& field) {
    eachOf(key, field, [this](const std::string& path, const Json& value, std::uint32_t& element) {
      readNumber(path, value, element);
    });
  }

  template <class T>
  void list(std::string_view key, std::vector<T>& field, const T& prototype = T{}) {
    eachOf(
        key, field,
        [this](const std::string& path, const Json& value, T& element) {
          read(value, path, draft_, [&element](JsonReader& inner) { fields(inner, element); });
        },
        prototype);
  }

  template <class Visit>
  void object(std::string_view key, Visit&& visit) {
    if (const Json* value = find(key)) read(*value, memberPath(path_, key), draft_, visit);
  }

  template <class T>
  void optionalObject(std::string_view key, std::optional<T>& field) {
    if (const Json* value = find(key)) {
      T& made = field.emplace();
      read(*value, memberPath(path_, key), draft_, [&made](JsonReader& inner) { fields(inner, made); });
    }
  }

  void refuse(std::string_view key, std::string message) {
    if (const Json* value = findQuietly(key)) {
      refused_.emplace_back(key);
      complain(memberPath(path_, key), *value, std::move(message));
    }
  }

  void version(std::string_view key, int) { find(key); }  // readDraft looked at it first

 private:
  JsonReader(const Json& object, std::string path, Draft& draft)
      : object_(object), path_(std::move(path)), draft_(draft) {}

  const Json* findQuietly(std::string_view key) const {
    const auto found = object_.find(std::string(key));
    return found == object_.end() ? nullptr : &*found;
  }

  const Json* find(std::string_view key) {
    known_.push_back(key);
    return findQuietly(key);
  }

  void complain(std::string path, const Json& value, std::string message) {
    draft_.lost.push_back(path);
    draft_.issues.push_back({std::move(path), shown(value), std::move(message)});
  }

  void readText(const std::string& path, const Json& value, std::string& field) {
    if (!value.is_string()) return complain(path, value, "Write a text in quotes.");
    field = value.get<std::string>();
  }

  template <class N>
  bool readNumber(const std::string& path, const Json& value, N& field) {
    constexpr auto kMost = std::numeric_limits<N>::max();
    if (!value.is_number_integer()) {
      complain(path, value, "Write a whole number, without quotes or fraction.");
    } else if (!value.is_number_unsigned()) {
      complain(path, value, "Write a whole number that is not negative.");
    } else if (value.get<std::uint64_t>() > kMost) {
      complain(path, value, fmt::format("Write a whole number of {} at the most.", kMost));
    } else {
      field = value.get<N>();
      return true;
    }
    return false;
  }

  template <class T, class ReadElement>
  void eachOf(std::string_view key, std::vector<T>& field, ReadElement&& readElement,
              const T& prototype = T{}) {
    const Json* value = find(key);
    if (!value) return;
    const std::string path = memberPath(path_, key);
    if (!value->is_array()) return complain(path, *value, "Write a list: […].");
    field.assign(value->size(), prototype);
    for (std::size_t i = 0; i < field.size(); ++i) {
      readElement(fmt::format("{}[{}]", path, i), (*value)[i], field[i]);
    }
  }

  void reportUnknown() {
    if (!reportsUnknown_) return;
    for (const auto& [key, value] : object_.items()) {
      if (std::ranges::find(known_, key) != known_.end() ||
          std::ranges::find(refused_, key) != refused_.end()) {
        continue;
      }
      std::string hint = didYouMean(key, known_);
      if (hint.empty()) hint = fmt::format(" Known here: {}.", anyOf(known_));
      draft_.issues.push_back({memberPath(path_, key), shown(value), "Unknown field." + hint});
      // The field that was probably meant is missing only because of this mistake.
      if (const auto meant = nearest(key, known_); !meant.empty())
        draft_.lost.push_back(memberPath(path_, meant));
    }
  }

  const Json& object_;
  std::string path_;
  Draft& draft_;
  std::vector<std::string_view> known_;
  std::vector<std::string> refused_;
  bool reportsUnknown_ = true;
};

/// Makes one JSON object of fields. Changes no value.
class JsonWriter {
 public:
  Json take() { return std::move(object_); }

  static constexpr bool wants(bool fits) { return fits; }
  template <class F>
  void orElse(F&&) {}

  void text(const char* key, const std::string& field) { object_[key] = field; }
  void optionalText(const char* key, const std::optional<std::string>& field) {
    if (field) object_[key] = *field;
  }
  void textMap(const char* key, const std::map<std::string, std::string>& field) { object_[key] = field; }
  void number(const char* key, std::uint64_t field) { object_[key] = field; }
  void numberOrOff(const char* key, const std::optional<std::uint32_t>& field) {
    object_[key] = field ? Json(*field) : Json(kOff);
  }
  void redirectStatus(const char* key, std::uint32_t field) { object_[key] = fmt::format("HTTP_{}", field); }
  void ignoreRest() {}
  void flag(const char* key, bool field) { object_[key] = field; }
  void texts(const char* key, const std::vector<std::string>& field) { object_[key] = field; }
  void numbers(const char* key, const std::vector<std::uint32_t>& field) { object_[key] = field; }
  void version(const char* key, int number) { object_[key] = number; }
  void refuse(const char*, const char*) {}

  template <class E>
  void choice(const char* key, E field) {
    object_[key] = wordOf(field);
  }

  void trafficPort(const char* key, const std::optional<std::uint32_t>& field) {
    object_[key] = field ? Json(*field) : Json(kTrafficPort);
  }

  template <class T>
  void list(const char* key, std::vector<T>& field, const T& = T{}) {
    Json elements = Json::array();
    for (T& element : field) {
      JsonWriter inner;
      fields(inner, element);
      elements.push_back(inner.take());
    }
    object_[key] = std::move(elements);
  }

  template <class Visit>
  void object(const char* key, Visit&& visit) {
    JsonWriter inner;
    visit(inner);
    object_[key] = inner.take();
  }

  template <class T>
  void optionalObject(const char* key, std::optional<T>& field) {
    if (field) object(key, [&field](JsonWriter& inner) { fields(inner, *field); });
  }

 private:
  Json object_ = Json::object();
};

/// Watches the parser for fields that are written twice, of which the library would silently keep the last.
class TwiceFinder {
 public:
  explicit TwiceFinder(Draft& draft) : draft_(draft) {}

  bool operator()(int, Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::key) {
      levels_.back().key = parsed.get<std::string>();
      if (!levels_.back().keys.insert(levels_.back().key).second) {
        draft_.issues.push_back({path(), "", "This field is written twice: keep one."});
      }
    } else if (event == Event::object_start || event == Event::array_start) {
      levels_.push_back({event == Event::array_start, 0, {}, {}});
    } else {
      if (event != Event::value) levels_.pop_back();
      if (!levels_.empty()) ++levels_.back().index;
    }
    return true;
  }

 private:
  struct Level {
    bool isArray = false;
    std::size_t index = 0;
    std::string key;
    std::set<std::string> keys;
  };

  std::string path() const {
    std::string result;
    for (const auto& level : levels_) {
      result = level.isArray ? fmt::format("{}[{}]", result, level.index) : memberPath(result, level.key);
    }
    return result;
  }

  Draft& draft_;
  std::vector<Level> levels_;
};

Issue notJson(std::string_view json, const Json::parse_error& error) {
  const auto before = json.substr(0, error.byte > 0 ? error.byte - 1 : 0);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto lineStart = before.rfind('\n');
  const auto column = before.size() - (lineStart == std::string_view::npos ? 0 : lineStart + 1) + 1;
  // The library's text is "[…] parse error at line …, column …: syntax error while … - what is wrong".
  std::string what = error.what();
  if (const auto dash = what.find(" - "); dash != std::string::npos) what.erase(0, dash + 3);
  return {"", "", fmt::format("Line {}, column {}: this is not JSON: {}.", line, column, what)};
}

std::optional<Issue> versionProblem(const Json& file) {
  if (!file.is_object()) return Issue{"", shown(file), "A workspace is a JSON object: {\"version\": 1, …}."};
  const auto version = file.find("version");
  if (version == file.end()) return Issue{"version", "", "The version is missing: write \"version\": 1."};
  if (*version == kDocumentVersion) return std::nullopt;
  if (version->is_number_unsigned() && version->get<std::uint64_t>() > kDocumentVersion) {
    return Issue{
        "version", shown(*version),
        fmt::format("This file was made by a newer Spillway: this one reads version {}.", kDocumentVersion)};
  }
  return Issue{"version", shown(*version), fmt::format("The version is {}.", kDocumentVersion)};
}

}  // namespace

Draft readDraft(std::string_view json) {
  Draft draft;
  try {
    const Json file = Json::parse(json, TwiceFinder(draft));
    if (auto problem = versionProblem(file)) {
      draft.issues = {std::move(*problem)};
      return draft;
    }
    JsonReader::read(file, "", draft, [&draft](JsonReader& reader) { fields(reader, draft.document); });
    draft.readable = true;
  } catch (const Json::parse_error& error) {
    draft.issues = {notJson(json, error)};
  }
  return draft;
}

Result<Document, std::vector<Issue>> readDocument(std::string_view json) {
  Draft draft = readDraft(json);
  if (!draft.issues.empty()) return failure(std::move(draft.issues));
  return std::move(draft.document);
}

std::string writeDocument(const Document& document) {
  Document fieldsOf = document;  // the table of fields serves reading too, so it wants a changeable one
  JsonWriter writer;
  fields(writer, fieldsOf);
  return dump(writer.take(), 2) + "\n";
}

}  // namespace spillway::config
