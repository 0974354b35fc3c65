// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/http/http1_fields.h"

namespace spillway::http {

enum class ContentLength : std::uint8_t {
  Absent,
  Single,
  Repeated,   ///< several times the same number
  Differing,  ///< several numbers
  Bad,        ///< no number, or beyond 2^63 - 1
};

enum class TransferEncoding : std::uint8_t {
  Absent,
  Chunked,   ///< "chunked", alone
  Repeated,  ///< "chunked" more than once
  Unknown,   ///< another coding, alone or beside chunked
  Bad,       ///< empty, or no list of codings
};

/// What a head says about the length of its body, before anybody decides.
struct LengthFields {
  ContentLength contentLength = ContentLength::Absent;
  TransferEncoding transferEncoding = TransferEncoding::Absent;
  std::uint64_t length = 0;
  /// A field whose name a careless parser takes for one of the two ("Content_Length"). It was removed.
  bool suspicious = false;
};

/// Whether a careless parser takes this name for Content-Length or Transfer-Encoding, which it is not.
bool looksLikeLengthField(std::string_view name);
/// Reads them, and removes suspicious fields from the section: nobody behind us shall read them in his way.
LengthFields readLengthFields(FieldSection& section);

}  // namespace spillway::http
