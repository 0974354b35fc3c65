// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/text.h"

#include <algorithm>
#include <cstdint>

#include "engine/base/text.h"

namespace spillway::exporting {
namespace {

using observe::CapturedFields;
using observe::CapturedKind;
using observe::FieldList;

/// Length of the UTF-8 sequence at the front (RFC 3629 §4); 0: there is none.
std::size_t sequenceLength(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (length == 0 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  const bool isOverlong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xF0 && at(1) < 0x90);
  const bool isBeyond = (first == 0xED && at(1) > 0x9F) || (first == 0xF4 && at(1) > 0x8F);
  return isOverlong || isBeyond ? 0 : length;
}

bool isControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
}

const FieldList* lastOf(const observe::CaptureView& view, CapturedKind kind, observe::Hop hop,
                        observe::Direction direction) {
  const FieldList* found = nullptr;
  for (const CapturedFields& fields : view.fields()) {
    if (fields.kind == kind && fields.hop == hop && fields.direction == direction)
      found = fields.fields.get();
  }
  return found;
}

}  // namespace

bool isText(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = sequenceLength(bytes);
    if (length == 0 || isControl(bytes.front())) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

const FieldList* headOf(const observe::CaptureView& view, observe::Hop hop, observe::Direction direction) {
  return lastOf(view, CapturedKind::Head, hop, direction);
}

const FieldList* trailersOf(const observe::CaptureView& view, observe::Hop hop,
                            observe::Direction direction) {
  return lastOf(view, CapturedKind::Trailers, hop, direction);
}

std::string_view valueOf(const FieldList* fields, std::string_view name) {
  if (!fields) return {};
  const auto found =
      std::ranges::find_if(*fields, [&](const auto& field) { return equalsIgnoringCase(field.first, name); });
  return found == fields->end() ? std::string_view() : found->second;
}

}  // namespace spillway::exporting
