// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/outcome.h"

#include <array>

namespace spillway::proxy {
namespace {

using observe::Outcome;

constexpr std::uint32_t kUnknown = 2, kInternal = 13, kUnavailable = 14, kUnauthenticated = 16;

struct Row {
  Outcome outcome;
  OutcomeFacts facts;
};

using By = observe::EndedBy;

constexpr std::array kTable{
    Row{Outcome::Completed, {200, 0, "", "", By::Nobody}},
    Row{Outcome::ClientClosed,
        {460, 1, "cancelled", "The client left or cancelled before the answer was complete.", By::Client}},
    Row{Outcome::TargetRefused,
        {502, kUnavailable, "unavailable", "The target refused the connection.", By::Target}},
    Row{Outcome::TargetConnectTimeout,
        {504, kUnavailable, "unavailable", "No connection to the target within the connect timeout.",
         By::Balancer}},
    Row{Outcome::TargetTlsFailed,
        {502, kUnavailable, "unavailable", "TLS with the target failed.", By::Target}},
    Row{Outcome::TargetClosed,
        {502, kUnavailable, "unavailable", "The target closed the connection while the request was open.",
         By::Target}},
    Row{Outcome::TargetReset, {502, kUnavailable, "unavailable", "The target reset the stream.", By::Target}},
    Row{Outcome::TargetTimeout,
        {504, kUnavailable, "unavailable", "The target was silent until the idle timeout.", By::Balancer}},
    Row{Outcome::BadResponse,
        {502, kUnavailable, "unavailable", "The target's answer was malformed.", By::Target}},
    Row{Outcome::TargetHeadTooLarge,
        {502, kUnavailable, "unavailable", "The target's response headers are over their limit.",
         By::Balancer}},
    Row{Outcome::TargetBodyShort,
        {504, kUnavailable, "unavailable", "The target's body ended before its Content-Length.", By::Target}},
    Row{Outcome::NoTarget,
        {503, kUnavailable, "unavailable", "The target group has no registered target.", By::Balancer}},
    Row{Outcome::ProtocolMismatch,
        {464, kUnknown, "", "The request's protocol does not fit the target group's protocol version.",
         By::Balancer}},
    Row{Outcome::BadRequest, {400, kInternal, "bad request", "The request was malformed.", By::Balancer}},
    Row{Outcome::DesyncBlocked,
        {400, kInternal, "bad request", "The desync mitigation mode does not let such a request through.",
         By::Balancer}},
    Row{Outcome::ClientBodyShort,
        {400, kInternal, "bad request", "The client left before its request was whole.", By::Client}},
    Row{Outcome::MethodNotAllowed,
        {405, kUnknown, "method not allowed", "The method is not allowed.", By::Balancer}},
    Row{Outcome::ClientTimeout,
        {408, kUnknown, "request timeout", "The client was silent in the middle of its request.",
         By::Balancer}},
    Row{Outcome::LimitExceeded,
        {400, kInternal, "limit exceeded", "The request exceeded a limit.", By::Balancer}},
    Row{Outcome::BodyTooLarge,
        {413, kUnknown, "request body too large", "The request's body is over its limit.", By::Balancer}},
    Row{Outcome::UriTooLong,
        {414, kUnknown, "request URI too long", "The request line is over its limit.", By::Balancer}},
    Row{Outcome::TooManyForwarders,
        {463, kUnknown, "too many forwarders", "X-Forwarded-For holds more than 30 addresses.",
         By::Balancer}},
    Row{Outcome::UnsupportedTransferCoding,
        {501, kUnknown, "unsupported transfer coding",
         "The only transfer coding that is understood is chunked.", By::Balancer}},
    Row{Outcome::UnsupportedVersion,
        {505, kUnknown, "unsupported HTTP version", "This HTTP version is not spoken here.", By::Balancer}},
    Row{Outcome::UpgradeRefused,
        {501, kUnknown, "protocol not supported", "The only protocol that is switched to is WebSocket.",
         By::Balancer}},
    Row{Outcome::RedirectTooLong,
        {507, kUnknown, "redirect too long", "The redirect's URL is over 8 K.", By::Balancer}},
    Row{Outcome::TransformFailed,
        {500, kUnknown, "transform failed", "The rule's rewrite gave no valid host or path.", By::Balancer}},
    Row{Outcome::JwtRefused,
        {401, kUnauthenticated, "unauthenticated", "The request's token is missing or not valid.",
         By::Balancer}},
    Row{Outcome::JwksUnavailable,
        {500, kUnknown, "keys unavailable", "The keys that sign tokens (JWKS) could not be had.",
         By::Balancer}},
    Row{Outcome::JwksInvalid,
        {562, kUnknown, "keys invalid", "The answer of the JWKS endpoint is no list of keys.", By::Balancer}},
    Row{Outcome::DeregistrationOver,
        {502, kUnavailable, "unavailable",
         "The target was deregistered, and its deregistration delay ran out with the request open.",
         By::Balancer}},
    Row{Outcome::Redirected, {301, 0, "", "", By::Balancer}},
    Row{Outcome::FixedResponse, {503, 0, "", "", By::Balancer}},
    Row{Outcome::Drained,
        {502, kUnavailable, "unavailable", "The balancer ended the stream with its connection.",
         By::Balancer}},
};

}  // namespace

const OutcomeFacts& factsOf(Outcome outcome) {
  for (const Row& row : kTable) {
    if (row.outcome == outcome) return row.facts;
  }
  return kTable.front().facts;
}

Outcome outcomeOf(const Error& error) {
  switch (error.code) {
    case ErrorCode::Refused:
    case ErrorCode::Unreachable:
      return Outcome::TargetRefused;
    case ErrorCode::ConnectTimeout:
    case ErrorCode::TlsTimeout:
      return Outcome::TargetConnectTimeout;
    case ErrorCode::TlsHandshake:
    case ErrorCode::AlpnMismatch:
      return Outcome::TargetTlsFailed;
    case ErrorCode::Protocol:
      return Outcome::BadResponse;
    case ErrorCode::HeadTooLarge:
      return Outcome::TargetHeadTooLarge;
    case ErrorCode::BodyShort:
      return Outcome::TargetBodyShort;
    case ErrorCode::Drained:
      return Outcome::Drained;
    default:
      return Outcome::TargetClosed;
  }
}

Outcome outcomeOf(http::RefusalKind kind) {
  switch (kind) {
    case http::RefusalKind::BadRequest:
      return Outcome::BadRequest;
    case http::RefusalKind::UriTooLong:
      return Outcome::UriTooLong;
    case http::RefusalKind::LimitExceeded:
      return Outcome::LimitExceeded;
    case http::RefusalKind::DesyncBlocked:
      return Outcome::DesyncBlocked;
    case http::RefusalKind::UnsupportedTransferCoding:
      return Outcome::UnsupportedTransferCoding;
    case http::RefusalKind::UnsupportedVersion:
      return Outcome::UnsupportedVersion;
    case http::RefusalKind::HeadTimeout:
      return Outcome::ClientTimeout;
  }
  return Outcome::BadRequest;
}

const char* reasonPhrase(int status) {
  switch (status) {
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 400:
      return "Bad Request";
    case 401:
      return "Authorization Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Not Allowed";
    case 408:
      return "Request Time-out";
    case 413:
      return "Request Entity Too Large";
    case 414:
      return "Request-URI Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Temporarily Unavailable";
    case 504:
      return "Gateway Time-out";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "";
  }
}

}  // namespace spillway::proxy
