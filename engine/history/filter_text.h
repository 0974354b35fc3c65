// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/history/filter_fields.h"

/// Texts of the filter language, made from values and from one another.
namespace spillway::history {

/// The text as a value: as it is where it is one word, else in quotes.
std::string asValue(std::string_view text);
/// "a \"b\""
std::string inQuotes(std::string_view text);

/// What this request's field is, as a value may be written: "503", "UNAVAILABLE", "12.5ms"; texts without
/// quotes. Empty where there is none.
std::string valueText(const FieldInfo&, const observe::StreamRecord&);

/// A condition that selects this request for the sake of this field: `status = 503`, `not grpc.status`. Of
/// what is measured, all from this value on: `duration >= 12.5ms`. A text that cannot be written whole is
/// asked for by a part of it.
std::string clauseOf(const FieldInfo&, const observe::StreamRecord&);

/// Both filters must hold; an empty one always does.
std::string bothOf(const std::string& one, const std::string& other);
/// One of both must hold; an empty one always does.
std::string eitherOf(const std::string& one, const std::string& other);
/// What the filter does not select; it is not empty.
std::string allBut(const std::string& filter);

}  // namespace spillway::history
