// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/grpc/wire_reader.h"

/// Values as text for people. What is longer than `most` bytes is cut, and the text tells how much is
/// missing.
namespace spillway::grpc {

/// Whether these bytes are well-formed UTF-8.
bool isUtf8(std::string_view text);
/// Text on one line: control characters and bytes that are no UTF-8 as escapes ("\n", "\x1b").
std::string quotedText(std::string_view text, std::size_t most);
/// "3 bytes: 0a ff 10"
std::string hexText(Bytes bytes, std::size_t most);
/// The shortest text that reads back as the same number; "inf", "-inf", "nan".
std::string floatText(float value);
std::string doubleText(double value);
/// The reading of 4 or 8 bytes as a floating-point number.
std::string floatText(std::uint32_t bits);
std::string doubleText(std::uint64_t bits);
/// "3 are here", "1 is here"
std::string hereText(std::size_t count);
/// 104857600 as "104,857,600".
std::string grouped(std::uint64_t number);

}  // namespace spillway::grpc
