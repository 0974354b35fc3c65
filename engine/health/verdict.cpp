// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/health/verdict.h"

#include <fmt/format.h>

#include "engine/config/matcher.h"
#include "engine/http/grpc_status.h"

namespace spillway::health {
namespace {

using observe::HealthReason;

ProbeResult passed(std::uint32_t code) {
  return {HealthReason::None, code, {}, {}};
}

ProbeResult mismatch(std::uint32_t code, const char* logReason, std::string got,
                     const std::string& expected) {
  return {HealthReason::ResponseCodeMismatch, code, fmt::format("got {}, expected {}", got, expected),
          logReason};
}

const char* httpLogReason(int status) {
  return status >= 500 ? "TargetError" : "ResponseCodeMismatch";
}

}  // namespace

ProbeResult judgeHttp(int status, const config::Matcher& matcher) {
  const auto code = static_cast<std::uint32_t>(status);
  const auto codes = config::CodeMatcher::parse(matcher.httpCode, 200, 499);
  if (codes && codes->matches(code)) return passed(code);
  return mismatch(code, httpLogReason(status), fmt::format("HTTP status {}", code), matcher.httpCode);
}

ProbeResult judgeGrpc(int httpStatus, const http::Headers& last, const config::Matcher& matcher) {
  if (httpStatus != 200) {
    return mismatch(static_cast<std::uint32_t>(httpStatus), httpLogReason(httpStatus),
                    fmt::format("HTTP status {}", httpStatus), "200 with grpc-status " + matcher.grpcCode);
  }
  const auto code = http::grpcStatusIn(last);
  if (!code) {
    // ALB's log has no word for a missing grpc-status: it says the same as one without a value.
    const bool isThere = last.find("grpc-status").has_value();
    return {HealthReason::FailedHealthChecks, std::nullopt,
            isThere ? "the answer's grpc-status is no number" : "the answer has no grpc-status",
            "GRPCStatusHeaderEmpty"};
  }
  const auto codes = config::CodeMatcher::parse(matcher.grpcCode, 0, 99);
  if (codes && codes->matches(*code)) return passed(*code);
  return mismatch(*code, "GRPCUnexpectedStatus", fmt::format("grpc-status {}", *code), matcher.grpcCode);
}

ProbeResult judgeFailure(const Error& error) {
  if (error.code == ErrorCode::ConnectTimeout || error.code == ErrorCode::TlsTimeout) {
    return {HealthReason::Timeout, std::nullopt, error.detail, "TimedOut"};
  }
  // Of ALB's log words this is the nearest for whatever fails below the level of codes.
  return {HealthReason::FailedHealthChecks, std::nullopt,
          error.code == ErrorCode::None ? "the target closed the connection" : error.detail,
          "ConnectionReset"};
}

ProbeResult judgeTimeout(std::uint32_t timeoutSeconds) {
  return {HealthReason::Timeout, std::nullopt, fmt::format("no answer within {} s", timeoutSeconds),
          "TimedOut"};
}

std::string checkLogType(const config::TargetGroup& group) {
  if (group.protocolVersion == config::ProtocolVersion::Grpc) return "grpc";
  if (group.protocolVersion == config::ProtocolVersion::Http2) return "h2";
  return group.healthCheck.protocol == config::Protocol::Https ? "https" : "http";
}

}  // namespace spillway::health
