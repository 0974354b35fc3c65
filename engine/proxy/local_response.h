// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/http/message.h"
#include "engine/observe/events.h"

namespace spillway::proxy {

/// The form of an answer that the balancer makes itself.
enum class AnswerForm : bool { Html, Grpc };

struct LocalResponse {
  http::MessageHead head;
  std::string body;  ///< empty: the head ends the stream
};

/// ALB's answer for an outcome: HTML for HTTP clients; for gRPC requests to a GRPC group one header block with the
/// HTTP status and grpc-status (alb-behaviour §6.3); 464 has neither content-type nor body.
LocalResponse localResponse(observe::Outcome outcome, AnswerForm form);

}  // namespace spillway::proxy
