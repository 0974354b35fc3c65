// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/http/http1_framing.h"

/// Heads and trailers as HTTP/1.1 text. Pure.
namespace spillway::http {

/// Whether the connection may be used again, as Connection says it.
enum class Reuse : bool { No, Yes };

/// Why this head cannot be written as HTTP/1.1 without meaning something else to somebody: one clear
/// sentence; empty when it can. HTTP/2 carries what HTTP/1 would split (RFC 9113 §8.2.1, §10.3).
std::string whyNotWritable(const MessageHead& head);

/// A request in origin form, as ALB sends it to targets: its own names in mixed case, others in lower case
/// (alb-behaviour §5.2), cookies joined by "; ". A protocol asks for that upgrade.
std::string requestHead(const MessageHead& head, BodyFraming body, Reuse reuse);
/// `body` None leaves out what would tell of a body but keeps a Content-Length that is there (HEAD, 304).
/// Status 101 grants the head's protocol; other 1xx say nothing of the connection.
std::string responseHead(const MessageHead& head, BodyKind body, Reuse reuse);
/// The end of chunked content. HTTP/2 peers may send trailers that have no place there: they are left out.
std::string lastChunk(const Headers& trailers);

}  // namespace spillway::http
