// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/http/message.h"
#include "engine/http/stream.h"

namespace spillway::http {

/// Classifies an HTTP/2 request as the HTTP/1.1 request that it becomes for its target (alb-behaviour §5.6),
/// and removes fields that a careless target takes for Content-Length or Transfer-Encoding. `end`: has no
/// content.
void classifyAsHttp1(MessageHead& head, End end);

}  // namespace spillway::http
