// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/outcome.h"

#include <array>

namespace spillway::proxy {
namespace {

using observe::Outcome;

constexpr std::uint32_t kUnknown = 2, kInternal = 13, kUnavailable = 14;

struct Row {
  Outcome outcome;
  OutcomeFacts facts;
};

constexpr std::array kTable{
    Row{Outcome::Completed, {200, 0, "", ""}},
    Row{Outcome::ClientClosed, {460, 1, "cancelled", "The client left or cancelled before the answer was complete."}},
    Row{Outcome::TargetRefused, {502, kUnavailable, "unavailable", "The target refused the connection."}},
    Row{Outcome::TargetConnectTimeout,
        {504, kUnavailable, "unavailable", "No connection to the target within the connect timeout."}},
    Row{Outcome::TargetTlsFailed, {502, kUnavailable, "unavailable", "TLS with the target failed."}},
    Row{Outcome::TargetClosed,
        {502, kUnavailable, "unavailable", "The target closed the connection while the request was open."}},
    Row{Outcome::TargetReset, {502, kUnavailable, "unavailable", "The target reset the stream."}},
    Row{Outcome::TargetTimeout,
        {504, kUnavailable, "unavailable", "The target was silent until the idle timeout."}},
    Row{Outcome::BadResponse, {502, kUnavailable, "unavailable", "The target's answer was malformed."}},
    Row{Outcome::NoTarget, {503, kUnavailable, "unavailable", "The target group has no registered target."}},
    Row{Outcome::ProtocolMismatch,
        {464, kUnknown, "", "The request's protocol does not fit the target group's protocol version."}},
    Row{Outcome::BadRequest, {400, kInternal, "bad request", "The request was malformed."}},
    Row{Outcome::MethodNotAllowed, {405, kUnknown, "method not allowed", "The method is not allowed."}},
    Row{Outcome::ClientTimeout,
        {408, kUnknown, "request timeout", "The client was silent in the middle of its request."}},
    Row{Outcome::LimitExceeded, {400, kInternal, "limit exceeded", "The request exceeded a limit."}},
    Row{Outcome::Drained,
        {502, kUnavailable, "unavailable", "The balancer ended the stream: it was draining and its time was over."}},
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
    case ErrorCode::Drained:
      return Outcome::Drained;
    default:
      return Outcome::TargetClosed;
  }
}

const char* reasonPhrase(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 405:
      return "Not Allowed";
    case 408:
      return "Request Time-out";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Temporarily Unavailable";
    case 504:
      return "Gateway Time-out";
    default:
      return "";
  }
}

}  // namespace spillway::proxy
