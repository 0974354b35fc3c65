// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"

/// What happened, as plain values. Everything a person sees about traffic and health is made from these.
namespace spillway::observe {

/// ALB's TargetHealthStateEnum, as far as an ALB uses it.
enum class TargetState : std::uint8_t { Initial, Healthy, Unhealthy, Unused, Draining };

/// ALB's reason codes (User Guide, target group health checks). None goes with Healthy.
enum class HealthReason : std::uint8_t {
  None,
  RegistrationInProgress,    ///< Elb.RegistrationInProgress
  InitialHealthChecking,     ///< Elb.InitialHealthChecking
  InternalError,             ///< Elb.InternalError
  ResponseCodeMismatch,      ///< Target.ResponseCodeMismatch
  Timeout,                   ///< Target.Timeout
  FailedHealthChecks,        ///< Target.FailedHealthChecks
  NotInUse,                  ///< Target.NotInUse
  NotRegistered,             ///< Target.NotRegistered
  DeregistrationInProgress,  ///< Target.DeregistrationInProgress
  IpUnusable,                ///< Target.IpUnusable
  TakenOut,                  ///< Spillway.TakenOut: a person keeps requests away (not ALB's)
};

/// "healthy", "unhealthy", … as ALB's API writes them.
const char* toString(TargetState);
/// "Target.FailedHealthChecks", … as ALB's API writes them; "" for None.
const char* toString(HealthReason);

/// ALB's access log types, and `Grpc` and `H2c` for what only a desk has: HTTP/2 on a plaintext listener.
enum class LogType : std::uint8_t { Http, Https, H2, Grpcs, Ws, Wss, H2c, Grpc };
const char* toString(LogType);

/// The kind of gRPC call as observed from the messages that passed.
enum class CallKind : std::uint8_t { NotGrpc, Unary, ServerStreaming, ClientStreaming, Bidirectional };
/// "unary", "server", "client", "bidi", or "–".
const char* toString(CallKind);

/// How an exchange ended; `proxy/outcome.cpp` maps each to statuses and words, in one table.
enum class Outcome : std::uint8_t {
  Completed,      ///< the target's answer reached the client whole
  ClientClosed,   ///< the client reset the stream or left
  TargetRefused,  ///< no TCP connection: refused or unreachable
  TargetConnectTimeout,
  TargetTlsFailed,
  TargetClosed,      ///< the target closed or reset the connection with the request open
  TargetReset,       ///< the target reset the stream
  TargetTimeout,     ///< the target was silent until the idle timeout
  BadResponse,       ///< the target's answer broke HTTP
  NoTarget,          ///< the group has no registered target
  ProtocolMismatch,  ///< ALB's 464
  BadRequest,
  MethodNotAllowed,           ///< TRACE
  ClientTimeout,              ///< the client was silent in the middle of its request
  BodyTooLarge,               ///< the request's body is over its limit: 413
  LimitExceeded,              ///< a header or all of them too large, or the body
  UriTooLong,                 ///< request line over its limit
  DesyncBlocked,              ///< refused by the desync mitigation mode
  TooManyForwarders,          ///< X-Forwarded-For with more than 30 addresses: 463
  UnsupportedTransferCoding,  ///< Transfer-Encoding other than chunked: 501
  UnsupportedVersion,         ///< HTTP version that does not fit: 505
  UpgradeRefused,             ///< an upgrade that cannot be done here
  RedirectTooLong,            ///< Location over 8 K: 507
  TransformFailed,            ///< a rule's rewrite gave no valid host or path: 500
  JwtRefused,                 ///< the token is missing or wrong: 401
  JwksUnavailable,            ///< the keys cannot be had in time, or are too many: 500
  JwksInvalid,                ///< the keys' answer is no JWKS: 562
  TargetHeadTooLarge,         ///< the target's response headers are over their limit
  TargetBodyShort,            ///< the target's body ended before its Content-Length
  ClientBodyShort,            ///< the client left before its body was whole
  DeregistrationOver,         ///< the deregistration delay ran out with the request open
  Redirected,                 ///< answered by a redirect action
  FixedResponse,              ///< answered by a fixed-response action
  Drained,                    ///< ended by us: listener removed, program stops
  Open,                       ///< not ended yet: of records that stand for open streams
};
/// Whether the exchange went as the configuration wants it: nothing failed.
constexpr bool isGood(Outcome outcome) {
  return outcome == Outcome::Completed || outcome == Outcome::Redirected || outcome == Outcome::FixedResponse;
}
const char* toString(Outcome);

/// "OK", "UNAVAILABLE", … for 0-16; "" for anything else.
const char* grpcStatusName(std::uint32_t code);

/// Direction of a message: request = client → target, response = target → client.
enum class Direction : std::uint8_t { Request, Response };

/// How well an HTTP/1 request keeps to the RFCs (desync mitigation; alb-behaviour §5.6).
enum class Compliance : std::uint8_t { Compliant, Acceptable, Ambiguous, Severe };
const char* toString(Compliance);

/// Who ended an exchange.
enum class EndedBy : std::uint8_t { Nobody, Client, Target, Balancer };
const char* toString(EndedBy);

/// What a request counts besides its statuses; ALB's metrics of the same names.
struct RequestCounts {
  std::uint32_t ruleEvaluations = 0;    ///< default rule not counted
  bool nonSticky = false;               ///< NonStickyRequestCount
  bool appCookieNonSticky = false;      ///< AppCookieNonStickinessCount
  bool droppedInvalidHeader = false;    ///< DroppedInvalidHeaderRequestCount
  bool forwardedInvalidHeader = false;  ///< ForwardedInvalidHeaderRequestCount
  bool redirectTooLong = false;         ///< HTTP_Redirect_Url_Limit_Exceeded_Count
  bool jwtFailed = false;               ///< JWTValidationFailureCount
};

/// One attempt at a target.
struct TargetAttempt {
  std::string target;  ///< "127.0.0.1:50061"
  int status = 0;      ///< HTTP status of its answer; 0 = none
};

struct Decision;
struct CapturedBatch;

/// Request header fields that a recording names (config::Capture::loggedHeaders): names in lower case, the
/// values of one name joined as RFC 9110 §5.3 says.
using KeptFields = std::vector<std::pair<std::string, std::string>>;
/// The value of this name, in lower case; empty when there is none.
std::string_view keptField(const KeptFields&, std::string_view name);

/// What is known when a stream begins; immutable and shared.
struct StreamHead {
  StreamId id = 0;
  WallTime started{};
  LogType type = LogType::H2;
  bool isGrpc = false;
  std::string loadBalancer, listener, targetGroup;
  std::string client;  ///< "127.0.0.1:54022"
  std::string method;  ///< HTTP method
  std::string scheme, authority, path;
  std::string userAgent;
  KeptFields keptFields;
};

/// The summary of one exchange, made exactly once when it ends. Log line, counts and screens come from it.
struct StreamRecord {
  std::shared_ptr<const StreamHead> head;
  WallTime ended{};
  std::int64_t durationMicros = 0;
  std::string target;                  ///< "127.0.0.1:50061"; empty when none was chosen
  std::vector<TargetAttempt> targets;  ///< all that were tried, the last one is `target`
  std::string targetGroup;             ///< where the matching rule sent it; empty when no group was reached
  std::string availabilityZone;        ///< of the target
  std::string listenerAddress;         ///< "127.0.0.1:50051"
  /// ALB's three times in microseconds; -1 as ALB writes it (access log fields 6-8).
  std::int64_t requestProcessingMicros = -1, targetProcessingMicros = -1, responseProcessingMicros = -1;
  int elbStatus = 0;                        ///< HTTP status sent to the client; 460 when it had left
  int targetStatus = 0;                     ///< HTTP status of the target; 0 = none
  bool fromBalancer = false;                ///< the balancer made the answer itself
  std::optional<std::uint32_t> grpcStatus;  ///< as sent to the client; nullopt when there was none
  std::string grpcMessage;                  ///< decoded
  std::uint64_t receivedBytes = 0;          ///< from the client, header fields included
  std::uint64_t sentBytes = 0;              ///< to the client, header fields included
  std::uint64_t requestMessages = 0, responseMessages = 0;  ///< gRPC messages
  CallKind kind = CallKind::NotGrpc;
  Outcome outcome = Outcome::Completed;
  std::string cause;                                     ///< plain words; empty when the exchange completed
  std::uint32_t attempts = 0;                            ///< targets tried
  bool failOpen = false;                                 ///< routed although no target was healthy
  std::string tlsCipher, tlsProtocol, sni, certificate;  ///< empty on HTTP listeners
  std::string traceId, connectionTraceId;
  std::string rulePriority =
      "0";  ///< "0" = default rule, "-" = none was reached, "-1" = an error in evaluation
  std::string httpVersion = "HTTP/2.0";  ///< as ALB writes it in the request line
  std::string actions;  ///< "forward", "fixed-response", … comma separated (field 23); may be empty
  std::string redirectUrl, errorReason;  ///< fields 24 and 25; empty = "-"
  Compliance compliance = Compliance::Compliant;
  std::string complianceReason;  ///< "BothTeClPresent", …; empty when compliant
  std::string transformedHost, transformedUri, transformStatus;  ///< fields 31-33; empty = "-"
  EndedBy endedBy = EndedBy::Nobody;
  std::string endedBecause;  ///< the timeout, limit or setting behind it, "idle_timeout.timeout_seconds = 60"
  std::shared_ptr<const Decision> decision;  ///< why it went where it went; null unless somebody asked
  bool sessionReused = false;                ///< TLS session resumed: field 20 says "session-reused"
  RequestCounts counts;
};

/// One client connection, from accept to its end or its failure (ALB's connection log, alb-behaviour §7.7).
struct ConnectionRecord {
  WallTime established{};  ///< or failed
  std::string loadBalancer, listener;
  std::string clientIp;
  std::uint16_t clientPort = 0, listenerPort = 0;
  bool hasTls = false;
  std::string tlsProtocol, tlsCipher, tlsKeyExchange;
  std::int64_t handshakeMicros = -1;  ///< -1: none, or failed
  std::string clientCertificateSubject, clientCertificateSerial, clientCertificateValidity;
  std::string tlsVerifyStatus;  ///< "Success", "Failed:ClientCertExpired", …; empty without TLS
  std::string traceId;          ///< "TID_…"
  std::string listenerIp;
};

/// A target's health changed, or one check was made.
struct HealthEvent {
  TargetId target;
  std::string address;       ///< "127.0.0.1:50061", as checked
  std::string loadBalancer;  ///< that uses the group; empty when none does
  std::string logType;       ///< "http", "https", "h2", "grpc": the health check log's
  std::string logReason;  ///< "TimedOut", "GRPCUnexpectedStatus", … (alb-behaviour §7.8); empty when passed
  WallTime time{};
  TargetState state = TargetState::Initial;  ///< after the check
  TargetState previous = TargetState::Initial;
  bool changed = false;  ///< state differs from previous, or somebody took the target out or put it back
  HealthReason reason = HealthReason::None;
  std::string description;            ///< ALB's words, e.g. "Health checks failed with these codes: [14]"
  std::optional<std::uint32_t> code;  ///< what came back
  std::string detail;                 ///< plain words beyond ALB's, e.g. "connection refused"
  std::int64_t latencyMicros = 0;
  bool passed = false;
  bool isCheck = false;  ///< a check was made (else: registered, drained, removed)
};

enum class EventKind : std::uint8_t {
  StreamOpened,  ///< `head` set
  TargetChosen,  ///< `text` = target address
  RequestHead,   ///< sent on to the target; `size` = bytes of header fields
  ResponseHead,  ///< arrived from the target; `number` = HTTP status
  Message,    ///< one gRPC message passed whole; `number` counts from 1 per direction, `size` = payload bytes
  HalfClose,  ///< the client ended its side
  Trailers,   ///< the target's trailers arrived; `number` = grpc-status
  Reset,  ///< `direction` says whose: Request = client reset, Response = target reset; `number` = HTTP/2 code
  Captured,       ///< `captured` set: what passed on a stream, for those who want captures
  StreamEnded,    ///< `record` set; never lost
  Connection,     ///< `connection` set; never lost
  Health,         ///< `health` set
  ConfigApplied,  ///< a new snapshot went live; `text` says what changed
  ConfigRefused,  ///< a file changed and cannot be taken over, what ran goes on; `text` says why
};

/// One observation. Small; larger parts are shared and immutable.
struct Event {
  EventKind kind = EventKind::Message;
  Direction direction = Direction::Request;
  bool compressed = false;
  std::uint32_t number = 0;
  StreamId stream = 0;
  WallTime time{};
  std::uint64_t size = 0;
  std::shared_ptr<const StreamHead> head;
  std::shared_ptr<const StreamRecord> record;
  std::shared_ptr<const HealthEvent> health;
  std::shared_ptr<const ConnectionRecord> connection;
  std::shared_ptr<const CapturedBatch> captured;
  std::shared_ptr<const std::string> text;
};

/// How many events a subscription or a producer lost, because its queue was full.
struct Dropped {
  std::uint64_t details = 0;  ///< stream details and messages
  std::uint64_t records = 0;  ///< StreamEnded: lost only by a subscriber that does not read
};

}  // namespace spillway::observe
