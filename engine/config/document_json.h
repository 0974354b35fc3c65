// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/config/model.h"

namespace spillway::config {

/// Reads a workspace from JSON text. Collects every problem of form: not JSON (with line and column), wrong
/// type, unknown field (with "did you mean"), unknown enum value, wrong version. Ranges and references are
/// `validate`'s.
Result<Document, std::vector<Issue>> readDocument(std::string_view json);

/// The workspace as indented JSON, fields in a stable order, defaults included;
/// readDocument(writeDocument(d)) == d, except that what does not apply is left out: the other kind of
/// matcher code, the other certificate source's fields.
std::string writeDocument(const Document&);

/// Reads, and validates: all problems of form and of sense together. Warnings alone are no failure
/// (validate() tells them). When the file cannot be read, the issue has an empty path.
Result<Document, std::vector<Issue>> loadDocument(const std::string& file);

/// Writes to a temporary file beside `file`, syncs and renames it, so that a crash leaves the old or the new
/// one.
Result<void> saveDocument(const Document&, const std::string& file);

}  // namespace spillway::config
