// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/http/message.h"
#include "engine/proxy/connection_facts.h"

namespace spillway::proxy {

/// What ALB does to a request's head on its way to the target (alb-behaviour §5.2-5.5): hop-by-hop fields go,
/// X-Forwarded-* and X-Amzn-Trace-Id come, the authority gets or loses its port. Returns the trace id as sent.
std::string rewriteRequestHead(http::MessageHead& head, const ConnectionFacts& facts);

/// Removes hop-by-hop fields (RFC 9110 §7.6.1) from an answer.
void rewriteResponseHead(http::MessageHead& head);

/// "1-69a554f5-0a1b2c3d4e5f60718293a4b5": epoch seconds and 24 random hexadecimal digits.
std::string newTraceId();
/// "TID_" and 32 random hexadecimal digits.
std::string newConnectionTraceId();

}  // namespace spillway::proxy
