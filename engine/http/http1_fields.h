// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/http/headers.h"

namespace spillway::http {

/// What is wrong with a field section, so that it cannot be read in one way only (RFC 9112 §5).
enum class FieldFault : std::uint8_t {
  None,
  BareLf,            ///< a line ends in LF without CR
  Folded,            ///< obs-fold: a line begins with white space
  NoColon,           ///< a line without a colon
  SpaceBeforeColon,  ///< white space between name and colon
  BadName,           ///< a name with characters that no token has
  BadValue,          ///< NUL or a bare CR in a value
};
/// One clear clause for people.
const char* toString(FieldFault);

/// A field as it was sent; `value` without the white space around it.
struct RawField {
  std::string_view name, value;
};

/// The field lines of a head or of trailers, in order. Views into what was read.
struct FieldSection {
  std::vector<RawField> fields;
  FieldFault fault = FieldFault::None;
  bool hasOddBytes = false;   ///< control characters or bytes above 0x7f in a value
  bool hasEmptyName = false;  ///< a line without a name was left out
};

/// Reads field lines up to the empty line, or to the end of the text.
FieldSection readFields(std::string_view lines);

/// RFC 9110 §5.6.2.
bool isToken(std::string_view text);
std::string lowerCase(std::string_view text);
/// Of texts that have one length.
bool sameLettersIgnoringCase(std::string_view text, std::string_view lowerCase);
inline bool equalsIgnoringCase(std::string_view text, std::string_view lowerCase) {
  return text.size() == lowerCase.size() && sameLettersIgnoringCase(text, lowerCase);
}
std::string_view trimmed(std::string_view text);
/// Calls `visit` for each member of a comma separated list, trimmed; empty members are left out.
template <class Visit>
void forEachMember(std::string_view list, Visit&& visit) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (const auto member = trimmed(list.substr(0, comma)); !member.empty()) visit(member);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}
/// `value` with a space for each control character (RFC 9110 §5.5).
std::string withoutControls(std::string_view value);

/// Adds the fields that pass through a proxy: names in lower case, hop-by-hop fields and those that
/// Connection names left out (RFC 9110 §7.6.1), as are Host, Expect, Content-Length and Transfer-Encoding,
/// which the framing answers for. "te: trailers" stays.
void addEndToEndFields(const FieldSection& section, Headers& to);
/// Whether a field of this name may stand in trailers: none that frames, routes or authenticates (RFC 9110
/// §6.5.1), and none that is ours to say.
bool mayTrail(std::string_view lowerCaseName);
/// The trailer fields that may pass.
Headers trailerFields(const FieldSection& section);
/// Whether a field concerns one connection only, so that it is never written on from a message's fields.
bool isHopByHop(std::string_view lowerCaseName);

}  // namespace spillway::http
