// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/observe/events.h"

/// A request's summary as text from which it can be had back.
namespace spillway::history {

/// An object with the fields of jsonLine(), and of the columns of the history that no field shows.
std::string entryJson(const observe::StreamRecord&);
/// Fields that are missing or unknown do not matter; one of a wrong type or value is an error that names it.
Result<std::shared_ptr<const observe::StreamRecord>> readEntryJson(std::string_view text);

}  // namespace spillway::history
