// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/events.h"

#include <array>

namespace spillway::observe {

// The switches have no default: the compiler names the value that somebody forgot.

const char* toString(TargetState state) {
  switch (state) {
    case TargetState::Initial:
      return "initial";
    case TargetState::Healthy:
      return "healthy";
    case TargetState::Unhealthy:
      return "unhealthy";
    case TargetState::Unused:
      return "unused";
    case TargetState::Draining:
      return "draining";
  }
  return "";
}

const char* toString(HealthReason reason) {
  switch (reason) {
    case HealthReason::None:
      return "";
    case HealthReason::RegistrationInProgress:
      return "Elb.RegistrationInProgress";
    case HealthReason::InitialHealthChecking:
      return "Elb.InitialHealthChecking";
    case HealthReason::InternalError:
      return "Elb.InternalError";
    case HealthReason::ResponseCodeMismatch:
      return "Target.ResponseCodeMismatch";
    case HealthReason::Timeout:
      return "Target.Timeout";
    case HealthReason::FailedHealthChecks:
      return "Target.FailedHealthChecks";
    case HealthReason::NotInUse:
      return "Target.NotInUse";
    case HealthReason::NotRegistered:
      return "Target.NotRegistered";
    case HealthReason::DeregistrationInProgress:
      return "Target.DeregistrationInProgress";
    case HealthReason::IpUnusable:
      return "Target.IpUnusable";
  }
  return "";
}

const char* toString(LogType type) {
  switch (type) {
    case LogType::Http:
      return "http";
    case LogType::Https:
      return "https";
    case LogType::H2:
      return "h2";
    case LogType::Grpcs:
      return "grpcs";
    case LogType::H2c:
      return "h2c";
    case LogType::Grpc:
      return "grpc";
  }
  return "";
}

const char* toString(CallKind kind) {
  switch (kind) {
    case CallKind::NotGrpc:
      return "–";
    case CallKind::Unary:
      return "unary";
    case CallKind::ServerStreaming:
      return "server";
    case CallKind::ClientStreaming:
      return "client";
    case CallKind::Bidirectional:
      return "bidi";
  }
  return "";
}

const char* toString(Outcome outcome) {
  switch (outcome) {
    case Outcome::Completed:
      return "completed";
    case Outcome::ClientClosed:
      return "client closed";
    case Outcome::TargetRefused:
      return "target refused";
    case Outcome::TargetConnectTimeout:
      return "target connect timeout";
    case Outcome::TargetTlsFailed:
      return "target TLS failed";
    case Outcome::TargetClosed:
      return "target closed";
    case Outcome::TargetReset:
      return "target reset";
    case Outcome::TargetTimeout:
      return "target timeout";
    case Outcome::BadResponse:
      return "bad response";
    case Outcome::NoTarget:
      return "no target";
    case Outcome::ProtocolMismatch:
      return "protocol mismatch";
    case Outcome::BadRequest:
      return "bad request";
    case Outcome::MethodNotAllowed:
      return "method not allowed";
    case Outcome::ClientTimeout:
      return "client timeout";
    case Outcome::LimitExceeded:
      return "limit exceeded";
    case Outcome::Drained:
      return "drained";
  }
  return "";
}

const char* grpcStatusName(std::uint32_t code) {
  static constexpr std::array kNames{
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  return code < kNames.size() ? kNames[code] : "";
}

}  // namespace spillway::observe
