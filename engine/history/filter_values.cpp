// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter_values.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "engine/base/text.h"
#include "engine/config/suggestion.h"

namespace spillway::history {
namespace {

using Value = Result<NumberRange, std::string>;

struct Unit {
  std::string_view name;
  double factor;
};

/// In microseconds.
constexpr std::array kDurations{Unit{"ns", 1e-3}, Unit{"us", 1},   Unit{"µs", 1},    Unit{"ms", 1e3},
                                Unit{"s", 1e6},   Unit{"m", 60e6}, Unit{"h", 3.6e9}, Unit{"d", 86.4e9}};
constexpr std::array kSizes{Unit{"", 1},          Unit{"b", 1},           Unit{"kb", 1e3},
                            Unit{"mb", 1e6},      Unit{"gb", 1e9},        Unit{"kib", 1024},
                            Unit{"mib", 1048576}, Unit{"gib", 1073741824}};
constexpr std::array kPlain{Unit{"", 1}};

NumberRange only(std::int64_t value) {
  return {value, value};
}

/// "2.5kB" with one of these units; nullopt when it is not so, or not a whole number of the smallest unit.
std::optional<std::int64_t> readQuantity(std::string_view text, std::span<const Unit> units) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string unit = lowerCase(trimmed(std::string_view(end, text.data() + text.size())));
  const auto at = std::ranges::find(units, unit, &Unit::name);
  if (at == units.end()) return std::nullopt;
  const double value = number * at->factor;
  if (!(std::abs(value) < 9e18)) return std::nullopt;
  if (unit.empty() && value != std::floor(value)) return std::nullopt;
  return std::llround(value);
}

/// Spaces, hyphens and underscores are the same, and so are letters' cases.
bool isSameName(std::string_view one, std::string_view other) {
  const auto plain = [](char c) { return c == ' ' || c == '_' || c == '-' ? '_' : lowerCase(c); };
  return std::ranges::equal(one, other, [&](char a, char b) { return plain(a) == plain(b); });
}

std::optional<std::int64_t> choiceNamed(const FieldInfo& field, std::string_view text) {
  const auto at = std::ranges::find_if(
      field.choices, [&](const FieldChoice& choice) { return isSameName(choice.name, text); });
  return at == field.choices.end() ? std::nullopt : std::optional(at->value);
}

Value readChoice(const FieldInfo& field, std::string_view text) {
  if (const auto value = choiceNamed(field, text)) return only(*value);
  std::vector<std::string_view> names;
  for (const FieldChoice& choice : field.choices)
    names.push_back(choice.name);
  return failure(fmt::format("'{}' is never '{}': it is {}.{}", field.name, text, config::anyOf(names),
                             config::didYouMean(text, names)));
}

Value readStatus(const FieldInfo& field, std::string_view text) {
  if (text.size() == 3 && text[0] >= '1' && text[0] <= '5' && equalsIgnoringCase(text.substr(1), "xx")) {
    const std::int64_t first = (text[0] - '0') * 100;
    return NumberRange{first, first + 99};
  }
  if (const auto value = readQuantity(text, kPlain)) return only(*value);
  return failure(fmt::format("'{}' is an HTTP status, like 503 or 5xx, not '{}'.", field.name, text));
}

Value readNumber(const FieldInfo& field, std::string_view text) {
  if (const auto value = choiceNamed(field, text)) return only(*value);
  if (const auto value = readQuantity(text, kPlain)) return only(*value);
  if (field.choices.empty())
    return failure(fmt::format("'{}' is a whole number, not '{}'.", field.name, text));
  std::vector<std::string_view> names;
  for (const FieldChoice& choice : field.choices)
    names.push_back(choice.name);
  return failure(fmt::format("'{}' is a number or a name, like {}, not '{}'.{}", field.name, names.back(),
                             text, config::didYouMean(text, names)));
}

Value readFlag(const FieldInfo& field, std::string_view text) {
  if (equalsIgnoringCase(text, "true") || text == "1") return only(1);
  if (equalsIgnoringCase(text, "false") || text == "0") return only(0);
  return failure(fmt::format("'{}' is true or false, not '{}'.", field.name, text));
}

/// Takes a number of so many digits, after `before` unless that is 0.
std::optional<int> takeDigits(std::string_view& text, std::size_t digits, char before) {
  if (before != 0) {
    if (!text.starts_with(before)) return std::nullopt;
    text.remove_prefix(1);
  }
  int value = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

/// ".25" of a second, in microseconds, and how long what was left out of it is.
NumberRange takeFraction(std::string_view& text) {
  std::int64_t micros = 0, rest = 1'000'000;
  if (!text.starts_with('.')) return {0, rest - 1};
  text.remove_prefix(1);
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    rest /= 10;
    micros += (text[0] - '0') * rest;
    text.remove_prefix(1);
  }
  return {micros, micros + std::max<std::int64_t>(rest, 1) - 1};
}

/// "Z", "+02:00" or nothing, in microseconds to take away.
std::optional<std::int64_t> takeOffset(std::string_view& text) {
  if (text.empty() || text == "Z" || text == "z") {
    text = {};
    return 0;
  }
  const char sign = text[0];
  if (sign != '+' && sign != '-') return std::nullopt;
  const auto hours = takeDigits(text, 2, sign), minutes = takeDigits(text, 2, ':');
  if (!hours || !minutes || !text.empty()) return std::nullopt;
  return (sign == '+' ? 1 : -1) * (*hours * 60 + *minutes) * 60'000'000LL;
}

/// ISO 8601, a day or a time of day with or without seconds; all moments that it can mean. UTC unless it says
/// an offset.
std::optional<NumberRange> readIsoTime(std::string_view text) {
  using namespace std::chrono;
  const auto year = takeDigits(text, 4, 0), month = takeDigits(text, 2, '-'), day = takeDigits(text, 2, '-');
  if (!year || !month || !day) return std::nullopt;
  const year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  const std::int64_t start = duration_cast<microseconds>(sys_days(date).time_since_epoch()).count();
  if (text.empty()) return NumberRange{start, start + 86'400'000'000 - 1};
  const auto hours = takeDigits(text, 2, text[0] == 't' ? 't' : 'T'), minutes = takeDigits(text, 2, ':');
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  NumberRange within{0, 60'000'000 - 1};
  if (text.starts_with(':')) {
    const auto seconds = takeDigits(text, 2, ':');
    if (!seconds || *seconds > 60) return std::nullopt;
    const NumberRange fraction = takeFraction(text);
    within = {*seconds * 1'000'000LL + fraction.low, *seconds * 1'000'000LL + fraction.high};
  }
  const auto offset = takeOffset(text);
  if (!offset) return std::nullopt;
  const std::int64_t minute = start + (*hours * 60 + *minutes) * 60'000'000LL - *offset;
  return NumberRange{minute + within.low, minute + within.high};
}

Value readTime(const FieldInfo& field, std::string_view text, WallTime now) {
  const std::int64_t nowMicros =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  if (equalsIgnoringCase(text, "now")) return only(nowMicros);
  if (const auto time = readIsoTime(text)) return *time;
  if (text.ends_with("ago")) {
    if (const auto micros = readQuantity(trimmed(text.substr(0, text.size() - 3)), kDurations))
      return only(nowMicros - *micros);
  }
  return failure(
      fmt::format("'{}' is a time, like \"10s ago\" or 2026-03-02T09:15:04Z, not '{}'.", field.name, text));
}

}  // namespace

Result<std::int64_t, std::string> readDuration(std::string_view name, std::string_view text) {
  if (const auto micros = readQuantity(text, kDurations)) return *micros;
  if (readQuantity(text, kPlain))
    return failure(fmt::format("'{}' needs a unit: {}ms, or us, s, m, h, d.", name, text));
  return failure(fmt::format("'{}' is a duration, like 250ms or 1.5s, not '{}'.", name, text));
}

Value readValue(const FieldInfo& field, std::string_view text, WallTime now) {
  switch (field.type) {
    case FieldType::Status:
      return readStatus(field, text);
    case FieldType::Duration: {
      const auto micros = readDuration(field.name, text);
      if (!micros) return failure(micros.error());
      return only(*micros);
    }
    case FieldType::Bytes:
      if (const auto bytes = readQuantity(text, kSizes)) return only(*bytes);
      return failure(fmt::format("'{}' is a size, like 512, 2kB or 1MiB, not '{}'.", field.name, text));
    case FieldType::Time:
      return readTime(field, text, now);
    case FieldType::Choice:
      return readChoice(field, text);
    case FieldType::Flag:
      return readFlag(field, text);
    default:
      return readNumber(field, text);
  }
}

}  // namespace spillway::history
