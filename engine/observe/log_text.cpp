// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/log_text.h"

#include <array>
#include <charconv>

namespace spillway::observe {
namespace {

constexpr std::array<bool, 256> makePlain() {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x7f; ++byte)
    plain[byte] = byte != '"' && byte != '\\';
  return plain;
}
/// Bytes that stand for themselves between quotes.
constexpr auto kPlain = makePlain();

void appendEscaped(std::string& line, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t done = 0; done < text.size();) {
    std::size_t end = done;
    while (end < text.size() && kPlain[static_cast<unsigned char>(text[end])])
      ++end;
    line.append(text, done, end - done);
    if (end == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[end]);
    line += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    done = end + 1;
  }
}

void appendNumber(std::string& line, std::uint64_t value) {
  std::array<char, 20> digits;
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  line.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

/// With leading zeros.
void appendDigits(std::string& line, std::uint64_t value, std::size_t width) {
  std::array<char, 20> digits;
  for (std::size_t i = width; i-- > 0; value /= 10)
    digits[i] = static_cast<char>('0' + value % 10);
  line.append(digits.data(), width);
}

void appendSeconds(std::string& line, std::int64_t micros) {
  const auto millis = static_cast<std::uint64_t>((micros + 500) / 1000);
  appendNumber(line, millis / 1000);
  line += '.';
  appendDigits(line, millis % 1000, 3);
}

void appendTime(std::string& line, WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto micros =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time - day).count());
  const std::uint64_t seconds = micros / 1'000'000;
  appendDigits(line, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  line += '-';
  appendDigits(line, static_cast<unsigned>(date.month()), 2);
  line += '-';
  appendDigits(line, static_cast<unsigned>(date.day()), 2);
  line += 'T';
  appendDigits(line, seconds / 3600, 2);
  line += ':';
  appendDigits(line, seconds / 60 % 60, 2);
  line += ':';
  appendDigits(line, seconds % 60, 2);
  line += '.';
  appendDigits(line, micros % 1'000'000, 6);
  line += 'Z';
}

}  // namespace

std::string_view orDash(std::string_view text) {
  return text.empty() ? std::string_view("-") : text;
}

std::string quoted(std::string_view text) {
  std::string line;
  LogLine(line).quoted(text);
  return line;
}

std::string formatSeconds(std::int64_t micros) {
  std::string line;
  appendSeconds(line, micros);
  return line;
}

void LogLine::beginField() {
  if (line_.size() > begin_) line_ += ' ';
}

LogLine& LogLine::text(std::string_view text) {
  beginField();
  line_ += orDash(text);
  return *this;
}

LogLine& LogLine::text(std::initializer_list<std::string_view> pieces) {
  beginField();
  for (const std::string_view piece : pieces)
    line_ += piece;
  return *this;
}

LogLine& LogLine::quoted(std::string_view text) {
  return quoted({orDash(text)});
}

LogLine& LogLine::quoted(std::initializer_list<std::string_view> pieces) {
  beginField();
  line_ += '"';
  for (const std::string_view piece : pieces)
    appendEscaped(line_, piece);
  line_ += '"';
  return *this;
}

LogLine& LogLine::number(std::uint64_t value) {
  beginField();
  appendNumber(line_, value);
  return *this;
}

LogLine& LogLine::status(int status) {
  return status == 0 ? text("-") : number(static_cast<std::uint64_t>(status));
}

LogLine& LogLine::seconds(std::int64_t micros) {
  if (micros < 0) return text("-1");
  beginField();
  appendSeconds(line_, micros);
  return *this;
}

LogLine& LogLine::time(WallTime time) {
  beginField();
  appendTime(line_, time);
  return *this;
}

}  // namespace spillway::observe
