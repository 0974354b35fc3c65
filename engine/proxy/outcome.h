// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/base/error.h"
#include "engine/http/http1_framing.h"
#include "engine/observe/events.h"

namespace spillway::proxy {

/// What an outcome means to each reader: the one table from which the client's answer, the log line and the
/// words on the screen are made (ALB User Guide, troubleshooting; alb-behaviour §6).
struct OutcomeFacts {
  int status;                ///< HTTP status of the answer that the balancer makes; 460: nobody receives it
  std::uint32_t grpcStatus;  ///< the same for gRPC clients
  const char* grpcMessage;
  const char* words;  ///< the cause in plain words
  observe::EndedBy endedBy;
};
const OutcomeFacts& factsOf(observe::Outcome);

/// The outcome of an exchange whose target connection failed like this, before any answer.
observe::Outcome outcomeOf(const Error& targetError);

/// The same for a request that HTTP/1 refused.
observe::Outcome outcomeOf(http::RefusalKind);

/// "Bad Gateway", … as ALB words the title; "" for 464 and anything unknown.
const char* reasonPhrase(int status);

}  // namespace spillway::proxy
