// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/events.h"

#include <algorithm>
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
    case HealthReason::TakenOut:
      return "Spillway.TakenOut";
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
    case LogType::Ws:
      return "ws";
    case LogType::Wss:
      return "wss";
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
    case Outcome::BodyTooLarge:
      return "body too large";
    case Outcome::LimitExceeded:
      return "limit exceeded";
    case Outcome::UriTooLong:
      return "URI too long";
    case Outcome::DesyncBlocked:
      return "blocked by desync mitigation";
    case Outcome::TooManyForwarders:
      return "too many forwarders";
    case Outcome::UnsupportedTransferCoding:
      return "unsupported transfer coding";
    case Outcome::UnsupportedVersion:
      return "unsupported HTTP version";
    case Outcome::UpgradeRefused:
      return "upgrade refused";
    case Outcome::RedirectTooLong:
      return "redirect too long";
    case Outcome::TransformFailed:
      return "transform failed";
    case Outcome::JwtRefused:
      return "token refused";
    case Outcome::JwksUnavailable:
      return "JWKS unavailable";
    case Outcome::JwksInvalid:
      return "JWKS invalid";
    case Outcome::TargetHeadTooLarge:
      return "response headers too large";
    case Outcome::TargetBodyShort:
      return "response body too short";
    case Outcome::ClientBodyShort:
      return "request body too short";
    case Outcome::DeregistrationOver:
      return "deregistration delay over";
    case Outcome::Redirected:
      return "redirected";
    case Outcome::FixedResponse:
      return "fixed response";
    case Outcome::Drained:
      return "drained";
    case Outcome::Open:
      return "open";
  }
  return "";
}

const char* toString(Compliance compliance) {
  switch (compliance) {
    case Compliance::Compliant:
      return "Compliant";
    case Compliance::Acceptable:
      return "Acceptable";
    case Compliance::Ambiguous:
      return "Ambiguous";
    case Compliance::Severe:
      return "Severe";
  }
  return "";
}

const char* toString(EndedBy side) {
  switch (side) {
    case EndedBy::Nobody:
      return "–";
    case EndedBy::Client:
      return "client";
    case EndedBy::Target:
      return "target";
    case EndedBy::Balancer:
      return "balancer";
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

std::string_view keptField(const KeptFields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &KeptFields::value_type::first);
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace spillway::observe
