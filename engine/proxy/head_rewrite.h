// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "engine/balance/snapshot.h"
#include "engine/http/message.h"
#include "engine/observe/events.h"
#include "engine/proxy/connection_facts.h"

namespace spillway::proxy {

/// What there is to tell of a request's head that was rewritten.
struct HeadRewrite {
  std::string traceId;                      ///< X-Amzn-Trace-Id as sent to the target
  std::optional<observe::Outcome> refusal;  ///< set: the head is not to be forwarded
  bool droppedInvalidHeader = false;        ///< a field was removed for its name
  bool forwardedInvalidHeader = false;      ///< a field passes in spite of its name
};

/// What ALB does to a request's head on its way to the target (alb-behaviour §5.2-5.5): the connection's own
/// fields go, X-Forwarded-*, X-Amzn-Trace-Id and what TLS knows of the client come, the authority gets or
/// loses its port. All names stay in lower case.
HeadRewrite rewriteRequestHead(http::MessageHead& head, const ConnectionFacts& facts,
                               const balance::ListenerSnapshot& listener);

/// What ALB does to an answer's head: the connection's own fields go, the response headers of the listener
/// come (alb-behaviour §1.6). Nothing else is added.
void rewriteResponseHead(http::MessageHead& head, const config::ListenerAttributes& listener);

/// The response headers of the listener, whatever the status; they replace the target's.
void setResponseHeaders(http::Headers& fields, const config::ListenerAttributes& listener);

}  // namespace spillway::proxy
