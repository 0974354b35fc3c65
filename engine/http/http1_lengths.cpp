// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/http1_lengths.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace spillway::http {
namespace {

std::optional<std::uint64_t> readNumber(std::string_view text) {
  // from_chars takes neither signs nor white space for an unsigned number.
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return number;
}

void readContentLength(std::string_view value, LengthFields& lengths) {
  while (lengths.contentLength != ContentLength::Bad) {
    const std::size_t comma = value.find(',');
    const auto number = readNumber(trimmed(value.substr(0, comma)));
    if (!number) {
      lengths.contentLength = ContentLength::Bad;
    } else if (lengths.contentLength == ContentLength::Absent) {
      lengths.contentLength = ContentLength::Single;
      lengths.length = *number;
    } else if (lengths.contentLength != ContentLength::Differing) {
      lengths.contentLength = *number == lengths.length ? ContentLength::Repeated : ContentLength::Differing;
    }
    if (comma == std::string_view::npos) return;
    value.remove_prefix(comma + 1);
  }
}

/// Several fields are one list (RFC 9110 §5.3).
void readTransferEncoding(std::string_view value, LengthFields& lengths) {
  TransferEncoding& result = lengths.transferEncoding;
  bool isEmpty = true;
  forEachMember(value, [&](std::string_view coding) {
    isEmpty = false;
    if (result == TransferEncoding::Bad) return;
    if (!isToken(coding)) {
      result = TransferEncoding::Bad;
    } else if (!equalsIgnoringCase(coding, "chunked")) {
      result = TransferEncoding::Unknown;
    } else if (result == TransferEncoding::Absent) {
      result = TransferEncoding::Chunked;
    } else if (result == TransferEncoding::Chunked) {
      result = TransferEncoding::Repeated;
    }
  });
  if (isEmpty) result = TransferEncoding::Bad;
}

/// Whether the letters of `name`, whatever stands between them, are this word.
bool lettersSpell(std::string_view name, std::string_view word) {
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c < 'a' || c > 'z') continue;
    if (word.empty() || c != word.front()) return false;
    word.remove_prefix(1);
  }
  return word.empty();
}

}  // namespace

bool looksLikeLengthField(std::string_view name) {
  // ALB: names that turn into one of the two by trimming, folding of case or swapping of "_" and "-".
  if (!lettersSpell(name, "contentlength") && !lettersSpell(name, "transferencoding")) return false;
  return !equalsIgnoringCase(name, "content-length") && !equalsIgnoringCase(name, "transfer-encoding");
}

LengthFields readLengthFields(FieldSection& section) {
  LengthFields lengths;
  const auto removed =
      std::erase_if(section.fields, [](const RawField& field) { return looksLikeLengthField(field.name); });
  lengths.suspicious = removed > 0;
  for (const RawField& field : section.fields) {
    if (equalsIgnoringCase(field.name, "content-length")) readContentLength(field.value, lengths);
    if (equalsIgnoringCase(field.name, "transfer-encoding")) readTransferEncoding(field.value, lengths);
  }
  return lengths;
}

}  // namespace spillway::http
