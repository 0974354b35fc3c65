// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/http1_fields.h"

#include <algorithm>
#include <array>

#include "engine/http/name_set.h"

namespace spillway::http {
namespace {

constexpr bool isControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

constexpr auto kTokenCharacters = [] {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c)
    table[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c)
    table[c] = table[c - 'a' + 'A'] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

constexpr auto kLower = [] {
  std::array<char, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c)
    table[c] = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return table;
}();

constexpr char lower(char c) {
  return kLower[static_cast<unsigned char>(c)];
}

/// What a byte of a value may be, as bits that are gathered over the whole value.
constexpr std::uint8_t kOddByte = 1, kBadByte = 2;
constexpr auto kValueBytes = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c) {
    if (isControl(static_cast<char>(c)) || c >= 0x80) table[c] = kOddByte;
  }
  table['\0'] = table['\r'] = kBadByte;
  return table;
}();

constexpr bool isBlank(char c) {
  return c == ' ' || c == '\t';
}

FieldFault readLine(std::string_view line, FieldSection& section) {
  if (isBlank(line.front())) return FieldFault::Folded;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return FieldFault::NoColon;
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (!name.empty() && isBlank(name.back())) return FieldFault::SpaceBeforeColon;
  if (!name.empty() && !isToken(name)) return FieldFault::BadName;
  std::uint8_t found = 0;
  for (const char c : value)
    found |= kValueBytes[static_cast<unsigned char>(c)];
  if (found & kBadByte) return FieldFault::BadValue;
  if (found & kOddByte) section.hasOddBytes = true;
  if (name.empty()) {
    section.hasEmptyName = true;
  } else {
    section.fields.push_back({name, value});
  }
  return FieldFault::None;
}

}  // namespace

const char* toString(FieldFault fault) {
  switch (fault) {
    case FieldFault::None:
      return "";
    case FieldFault::BareLf:
      return "A line ends in LF without CR.";
    case FieldFault::Folded:
      return "A header field is folded over several lines.";
    case FieldFault::NoColon:
      return "A header line has no colon.";
    case FieldFault::SpaceBeforeColon:
      return "There is white space between a header's name and its colon.";
    case FieldFault::BadName:
      return "A header's name has a character that names cannot have.";
    case FieldFault::BadValue:
      return "A header's value contains NUL or CR.";
  }
  return "";
}

FieldSection readFields(std::string_view lines) {
  FieldSection section;
  section.fields.reserve(24);
  while (!lines.empty() && section.fault == FieldFault::None) {
    const std::size_t lf = lines.find('\n');
    if (lf == std::string_view::npos || lf == 0 || lines[lf - 1] != '\r') {
      section.fault = FieldFault::BareLf;
      break;
    }
    const auto line = lines.substr(0, lf - 1);
    lines.remove_prefix(lf + 1);
    if (line.empty()) break;
    section.fault = readLine(line, section);
  }
  return section;
}

bool isToken(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return kTokenCharacters[static_cast<unsigned char>(c)]; });
}

std::string lowerCase(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    c = lower(c);
  return result;
}

bool sameLettersIgnoringCase(std::string_view text, std::string_view lowerCase) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lowerCase[i]) return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isBlank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back()))
    text.remove_suffix(1);
  return text;
}

std::string withoutControls(std::string_view value) {
  std::string result(value);
  std::ranges::replace_if(result, isControl, ' ');
  return result;
}

bool isHopByHop(std::string_view name) {
  static constexpr NameSet kNames{std::array<std::string_view, 6>{
      "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings"}};
  return kNames.contains(name);
}

void addEndToEndFields(const FieldSection& section, Headers& to) {
  std::vector<std::string> nominated;
  for (const RawField& field : section.fields) {
    if (!equalsIgnoringCase(field.name, "connection")) continue;
    forEachMember(field.value, [&](std::string_view name) { nominated.push_back(lowerCase(name)); });
  }
  std::string lowered;
  for (const RawField& field : section.fields) {
    lowered.resize(field.name.size());
    std::ranges::transform(field.name, lowered.begin(), lower);
    const std::string_view name = lowered;
    if (name == "te") {
      bool trailers = false;
      forEachMember(field.value, [&](auto member) { trailers |= equalsIgnoringCase(member, "trailers"); });
      if (trailers) to.set("te", "trailers");
      continue;
    }
    if (name == "host" || name == "expect" || name == "content-length" || isHopByHop(name)) continue;
    if (std::ranges::find(nominated, name) != nominated.end()) continue;
    if (section.hasOddBytes) {
      to.add(name, withoutControls(field.value));
    } else {
      to.add(name, field.value);
    }
  }
}

bool mayTrail(std::string_view name) {
  static constexpr std::array<std::string_view, 18> kForbidden{
      "host",       "content-length", "content-type", "content-encoding", "content-range",
      "trailer",    "expect",         "te",           "cache-control",    "authorization",
      "set-cookie", "cookie",         "max-forwards", "www-authenticate", "range",
      "age",        "location",       "date"};
  if (name.starts_with("x-forwarded-") || name.starts_with("x-amzn-") || isHopByHop(name)) return false;
  return std::ranges::find(kForbidden, name) == kForbidden.end();
}

Headers trailerFields(const FieldSection& section) {
  Headers result;
  for (const RawField& field : section.fields) {
    const std::string name = lowerCase(field.name);
    if (mayTrail(name)) result.add(name, withoutControls(field.value));
  }
  return result;
}

}  // namespace spillway::http
