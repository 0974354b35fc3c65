// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/observe/capture.h"

/// Parts of a stream as text.
namespace spillway::exporting {

/// A list of the parts from `from` up to `to`; `at` is where their bytes begin in the batch, and moves on.
std::string partsJson(const observe::CapturedBatch&, std::size_t from, std::size_t to, std::size_t& at);
/// An error names the part that makes no sense.
Result<std::shared_ptr<observe::CapturedBatch>> readPartsJson(std::string_view text);

}  // namespace spillway::exporting
