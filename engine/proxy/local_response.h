// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/config/attributes.h"
#include "engine/config/rules.h"
#include "engine/http/message.h"
#include "engine/observe/events.h"

/// Answers that the balancer makes itself (alb-behaviour §6). All carry Date, the listener's response headers
/// and, unless the listener hides it, Server.
namespace spillway::proxy {

enum class AnswerForm : bool { Html, Grpc };

struct LocalResponse {
  http::MessageHead head;
  std::string body;  ///< empty: the head ends the stream. HEAD gets the head alone, with this body's length
};

/// ALB's answer for an outcome: HTML for HTTP clients; for gRPC requests to a GRPC group one header block
/// with the HTTP status and grpc-status (§6.3); 464 has neither content-type nor body. `limits`: the status
/// for fields over their limits.
LocalResponse localResponse(observe::Outcome outcome, AnswerForm form,
                            const config::ListenerAttributes& attributes = {},
                            const config::Limits& limits = {});

/// The answer of a fixed-response action; gRPC requests get the same (§2.9).
LocalResponse fixedResponse(const config::FixedResponse& action,
                            const config::ListenerAttributes& attributes);

/// The answer of a redirect action. `location` is complete and no longer than 8 K (else the outcome is
/// RedirectTooLong); `status` is 301 or 302.
LocalResponse redirectResponse(std::string_view location, int status,
                               const config::ListenerAttributes& attributes);

}  // namespace spillway::proxy
