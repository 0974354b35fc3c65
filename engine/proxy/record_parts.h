// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/http/message.h"
#include "engine/observe/events.h"
#include "engine/proxy/connection_facts.h"

/// What records of exchanges and of refused requests have in common.
namespace spillway::proxy {

/// Listener, TLS and connection fields.
void fillConnection(observe::StreamRecord& record, const ConnectionFacts& facts);
/// As ALB's request line has it: "HTTP/1.1", "HTTP/2.0".
const char* httpVersionText(http::Version);
observe::Compliance complianceOf(http::Compliance);

}  // namespace spillway::proxy
