// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/clock.h"

/// Pieces that the lines of ALB's three logs are made of. Pure.
namespace spillway::observe {

/// The text, or "-" in place of an empty one.
std::string_view orDash(std::string_view text);

/// The text between quotes, `"-"` for an empty one. Quotes, backslashes, control characters and bytes from
/// 0x7F on become \xHH, so that a line stays one line whatever a peer sends.
std::string quoted(std::string_view text);

/// "0.003" of 3400: seconds with 3 decimals. Not negative.
std::string formatSeconds(std::int64_t micros);

/// A line that grows field by field, with a space between two. Made for tens of thousands of lines a second:
/// it is made in one piece of memory, then copied once.
class LogLine {
 public:
  /// Appends to `text`, which must outlive this and is whole when this ends. `most`: the line has no more
  /// bytes; quoted bytes count four times.
  LogLine(std::string& text, std::size_t most);
  ~LogLine();
  LogLine(const LogLine&) = delete;
  LogLine& operator=(const LogLine&) = delete;

  /// As orDash() and quoted(); what comes in pieces becomes one field.
  LogLine& text(std::string_view text);
  LogLine& quoted(std::string_view text);
  LogLine& quoted(std::initializer_list<std::string_view> pieces);
  LogLine& number(std::uint64_t value);
  /// "-" in place of 0.
  LogLine& status(int status);
  /// "0.003"; "-1" of a negative time.
  LogLine& seconds(std::int64_t micros);
  /// "2026-03-02T09:15:04.218734Z"
  LogLine& time(WallTime time);

 private:
  std::string& text_;
  std::unique_ptr<char[]> room_;
  char* at_;
};

}  // namespace spillway::observe
