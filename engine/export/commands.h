// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/observe/capture_view.h"
#include "engine/observe/events.h"

/// A request as the command that sends it again, for a POSIX shell. What cannot be said stands in comments
/// above the command.
namespace spillway::exporting {

/// One word of a shell, whatever its bytes; a shell has no words with NUL.
std::string shellQuoted(std::string_view text);

struct CommandFacts {
  std::string listenerAddress;  ///< "127.0.0.1:50051"; "" = the authority that was asked for
  std::string caFile;           ///< what TLS clients are to trust; "" = the system's
  std::string messagesJson;     ///< the request's messages as JSON, one after the other; "" = not decoded
};

/// The view may be empty: the command has no header fields and no body then, and says so.
std::string curlCommand(const observe::StreamHead&, const observe::CaptureView&, const CommandFacts&);
std::string grpcurlCommand(const observe::StreamHead&, const observe::CaptureView&, const CommandFacts&);

}  // namespace spillway::exporting
