// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/config/attributes.h"
#include "engine/http/message.h"

/// What an HTTP/1 head means for the bytes that follow it (RFC 9112 §6), whether it may be read at all, and
/// how far it departs from the RFCs. Pure functions of the head's bytes.
namespace spillway::http {

/// How the end of a body is found.
enum class BodyKind : std::uint8_t { None, Length, Chunked, UntilClose };

struct BodyFraming {
  BodyKind kind = BodyKind::None;
  std::uint64_t length = 0;  ///< BodyKind::Length
  bool operator==(const BodyFraming&) const = default;
};

/// Why a request ends before it becomes a stream. The owner has a status for each.
enum class RefusalKind : std::uint8_t {
  BadRequest,                 ///< malformed
  UriTooLong,                 ///< the request line is over its limit
  LimitExceeded,              ///< a field, all fields or their number are over their limit
  DesyncBlocked,              ///< well enough formed, but not for this desync mitigation mode
  UnsupportedTransferCoding,  ///< anything but chunked
  UnsupportedVersion,         ///< neither HTTP/1.0 nor HTTP/1.1
  HeadTimeout,                ///< the head was not whole in time
};

/// A request's head as it was understood.
struct Http1Request {
  /// In neutral form, made unambiguous: at most one Content-Length and none beside chunked, control
  /// characters replaced or percent-encoded, suspicious fields removed, no hop-by-hop fields. Host is the
  /// authority, and a field only beside an absolute target, which counts. On refusal: what could be read.
  MessageHead head;
  BodyFraming body;
  bool isRefused = false;
  RefusalKind refusal = RefusalKind::BadRequest;  ///< meaningful when refused
  std::string detail;                             ///< … one clear sentence
  std::string target;                             ///< as the client wrote it
  bool keepAlive = false;                         ///< the client wants it, and its version allows it
  bool expectsContinue = false;                   ///< Expect: 100-continue
};
/// `head` ends with its empty line. `scheme` is the connection's, for targets in origin form.
Http1Request readRequestHead(std::string_view head, config::DesyncMitigationMode mode,
                             std::string_view scheme);

/// A response's head as it was understood.
struct Http1Response {
  MessageHead head;
  BodyFraming body;
  std::string fault;  ///< one clear sentence; empty when all is well
  bool keepAlive = false;
};
/// The answer to a request with this method.
Http1Response readResponseHead(std::string_view head, std::string_view requestMethod);

/// Whether this may stand in Host, or in an absolute target: host with an optional port (RFC 3986 §3.2).
bool isAuthority(std::string_view text);
/// `target` with each space, control character and byte above 0x7f percent-encoded.
std::string percentEncoded(std::string_view target);

}  // namespace spillway::http
