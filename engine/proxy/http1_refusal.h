// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/observe/events.h"

namespace spillway::proxy {

/// What a client that speaks no HTTP/2 sent, as far as a clean refusal needs it.
struct Http1Request {
  std::string method, target, host, userAgent;
  bool wellFormed = false;  ///< a request line of HTTP/1.x was there
};

/// Reads the head of a request; nullopt while more bytes are needed. Pure.
std::optional<Http1Request> readHttp1Head(std::string_view bytes);

/// 464 for an HTTP/1.1 request to a GRPC or HTTP2 group, 400 for anything else: status line, fields, body; the
/// connection closes after it.
std::string http1Refusal(const Http1Request&);
observe::Outcome refusalOutcome(const Http1Request&);

}  // namespace spillway::proxy
