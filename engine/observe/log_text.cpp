// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/log_text.h"

#include <array>
#include <charconv>
#include <cstring>

namespace spillway::observe {
namespace {

constexpr std::size_t kMostDigits = 20;

constexpr std::array<bool, 256> makePlain() {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x7f; ++byte)
    plain[byte] = byte != '"' && byte != '\\';
  return plain;
}
/// Bytes that stand for themselves between quotes.
constexpr auto kPlain = makePlain();

// What writes at `at` returns where it ended.

char* write(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

char* writeEscaped(char* at, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain[byte]) {
      *at++ = c;
      continue;
    }
    at = write(at, "\\x");
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 15];
  }
  return at;
}

char* writeNumber(char* at, std::uint64_t value) {
  return std::to_chars(at, at + kMostDigits, value).ptr;
}

/// With leading zeros.
char* writeDigits(char* at, std::uint64_t value, std::size_t width) {
  for (std::size_t i = width; i-- > 0; value /= 10)
    at[i] = static_cast<char>('0' + value % 10);
  return at + width;
}

char* writeSeconds(char* at, std::int64_t micros) {
  const auto millis = static_cast<std::uint64_t>((micros + 500) / 1000);
  at = writeNumber(at, millis / 1000);
  *at++ = '.';
  return writeDigits(at, millis % 1000, 3);
}

char* writeTime(char* at, WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto micros =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time - day).count());
  const std::uint64_t seconds = micros / 1'000'000;
  char* end = write(at, "0000-00-00T00:00:00.000000Z");
  writeDigits(at, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  writeDigits(at + 5, static_cast<unsigned>(date.month()), 2);
  writeDigits(at + 8, static_cast<unsigned>(date.day()), 2);
  writeDigits(at + 11, seconds / 3600, 2);
  writeDigits(at + 14, seconds / 60 % 60, 2);
  writeDigits(at + 17, seconds % 60, 2);
  writeDigits(at + 20, micros % 1'000'000, 6);
  return end;
}

}  // namespace

std::string_view orDash(std::string_view text) {
  return text.empty() ? std::string_view("-") : text;
}

std::string quoted(std::string_view text) {
  std::string line;
  LogLine(line, 4 * text.size() + 4).quoted(text);
  return line;
}

std::string formatSeconds(std::int64_t micros) {
  std::string line;
  LogLine(line, kMostDigits + 4).seconds(micros);
  return line;
}

LogLine::LogLine(std::string& text, std::size_t most)
    : text_(text), room_(std::make_unique_for_overwrite<char[]>(most + 1)), at_(room_.get()) {}

LogLine::~LogLine() {
  if (at_ != room_.get()) --at_;  // a space follows each field; the last one goes
  text_.append(room_.get(), at_);
}

LogLine& LogLine::text(std::string_view text) {
  at_ = write(at_, orDash(text));
  *at_++ = ' ';
  return *this;
}

LogLine& LogLine::quoted(std::string_view text) {
  if (!text.empty()) return quoted({text});
  at_ = write(at_, "\"-\" ");
  return *this;
}

LogLine& LogLine::quoted(std::initializer_list<std::string_view> pieces) {
  *at_++ = '"';
  for (const std::string_view piece : pieces)
    at_ = writeEscaped(at_, piece);
  at_ = write(at_, "\" ");
  return *this;
}

LogLine& LogLine::number(std::uint64_t value) {
  at_ = writeNumber(at_, value);
  *at_++ = ' ';
  return *this;
}

LogLine& LogLine::status(int status) {
  return status == 0 ? text("-") : number(static_cast<std::uint64_t>(status));
}

LogLine& LogLine::seconds(std::int64_t micros) {
  if (micros < 0) return text("-1");
  at_ = writeSeconds(at_, micros);
  *at_++ = ' ';
  return *this;
}

LogLine& LogLine::time(WallTime time) {
  at_ = writeTime(at_, time);
  *at_++ = ' ';
  return *this;
}

}  // namespace spillway::observe
