// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/observe/capture.h"
#include "engine/observe/message_scrubber.h"

namespace spillway::history {

/// The captured stream of a gRPC call without the values of fields of these names, as it may be stored; what
/// others hold of it stays as it is. Bytes that cannot be told apart as messages, since parts were lost, are
/// not kept.
observe::CapturedStream scrubbed(const observe::CapturedStream&, std::string_view path,
                                 const std::vector<std::string>& names, observe::MessageScrubber&);

}  // namespace spillway::history
