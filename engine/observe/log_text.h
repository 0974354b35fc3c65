// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
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
/// nothing is allocated but the line.
class LogLine {
 public:
  /// Appends to `line`, which must outlive this.
  explicit LogLine(std::string& line) : line_(line), begin_(line.size()) {}

  /// As orDash() and quoted(); what comes in pieces becomes one field.
  LogLine& text(std::string_view text);
  LogLine& text(std::initializer_list<std::string_view> pieces);
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
  void beginField();

  std::string& line_;
  std::size_t begin_;  ///< of the line; what is before it is other lines
};

}  // namespace spillway::observe
