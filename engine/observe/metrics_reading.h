// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/observe/events.h"

namespace spillway::observe {

/// Bucket counts of a log-linear histogram of microseconds (histogram.h).
struct HistogramReading {
  std::vector<std::uint64_t>
      buckets;  ///< cumulative since start; those behind the last used one may be missing
  std::uint64_t count = 0;
  std::uint64_t sum = 0;  ///< of all observed values, in microseconds
  /// The value below which `fraction` (0-1) of the observations lie, in microseconds; 0 when empty.
  double percentile(double fraction) const;
  /// In microseconds; 0 when empty.
  double average() const;
  /// Observations since `earlier` (a reading of the same histogram).
  HistogramReading since(const HistogramReading& earlier) const;
  HistogramReading& operator+=(const HistogramReading& other);
};

/// Key of a HTTP status count: the status and who made it.
struct HttpStatusKey {
  int status = 0;             ///< 100-599; 0 = anything else
  bool fromBalancer = false;  ///< ALB: HTTPCode_ELB_* against HTTPCode_Target_*
  auto operator<=>(const HttpStatusKey&) const = default;
};

/// Counts of one listener, load balancer, target group or target. All but the `active…` only grow.
/// At rest: requests = Σ httpStatus, and grpcRequests = Σ grpcStatus + grpcWithoutStatus.
struct PartReading {
  std::uint64_t requests = 0;  ///< ended exchanges
  std::uint64_t errors = 0;    ///< gRPC status other than OK, or HTTP status >= 500
  std::uint64_t routed = 0;    ///< a target was chosen; ALB: RequestCount
  std::uint64_t retries = 0;   ///< targets tried beyond the first
  std::uint64_t receivedBytes = 0,
                sentBytes = 0;                    ///< of ended exchanges, from and to clients, heads included
  std::uint64_t ipv6Requests = 0, ipv6Bytes = 0;  ///< those of clients that came over IPv6
  std::uint64_t grpcRequests = 0;                 ///< gRPC exchanges ended, with or without a status
  std::uint64_t grpcWithoutStatus = 0;            ///< gRPC exchanges that ended without grpc-status
  std::uint64_t http2Requests = 0;                ///< over HTTP/2, gRPC not counted
  std::uint64_t requestMessages = 0, responseMessages = 0;
  std::uint64_t ruleEvaluations = 0;         ///< the default rule is not counted
  std::uint64_t fixedResponses = 0;          ///< fixed-response actions done
  std::uint64_t redirects = 0;               ///< redirect actions done
  std::uint64_t redirectsTooLong = 0;        ///< redirects whose Location is over its limit
  std::uint64_t nonCompliant = 0;            ///< requests that do not keep to RFC 7230
  std::uint64_t droppedInvalidHeader = 0;    ///< requests that lost invalid header fields
  std::uint64_t forwardedInvalidHeader = 0;  ///< requests sent on with invalid header fields
  std::uint64_t nonSticky = 0;               ///< stickiness on, but another target was chosen
  std::uint64_t appCookieNonSticky = 0;      ///< the same, by application cookie
  std::uint64_t jwtFailures = 0;
  std::uint64_t failOpen = 0;                         ///< routed although no target was healthy enough
  std::uint64_t newConnections = 0;                   ///< of clients; listeners and load balancers
  std::uint64_t rejectedConnections = 0;              ///< refused at the listener's connection limit
  std::uint64_t tlsNegotiationErrors = 0;             ///< clients' TLS handshakes that failed
  std::uint64_t newTargetConnections = 0;             ///< to targets; groups and targets
  std::uint64_t targetConnectionErrors = 0;           ///< connections to targets not made (TLS excluded)
  std::uint64_t targetTlsErrors = 0;                  ///< TLS handshakes with targets that failed
  std::int64_t activeStreams = 0;                     ///< open right now (ALB: outstanding requests)
  std::int64_t activeConnections = 0;                 ///< of clients, open right now
  std::int64_t activeTargetConnections = 0;           ///< to targets, open right now
  HistogramReading duration;                          ///< whole exchange
  HistogramReading targetResponse;                    ///< ALB: TargetResponseTime, field 7 of the access log
  std::map<HttpStatusKey, std::uint64_t> httpStatus;  ///< only statuses that occurred
  std::map<std::uint32_t, std::uint64_t> grpcStatus;  ///< by grpc-status as the client got it; 99 = over 98

  /// What was counted since `earlier`; the `active…` are today's.
  PartReading since(const PartReading& earlier) const;
  PartReading& operator+=(const PartReading& other);
  /// Exchanges whose HTTP status is in this class (2 = 2XX) and was made by the balancer, or by targets.
  std::uint64_t statusClass(int hundreds, bool fromBalancer) const;
};

/// The plain counts of a part, for whoever treats them alike.
enum class Count : std::uint8_t {
  Requests,
  Errors,
  Routed,
  Retries,
  ReceivedBytes,
  SentBytes,
  Ipv6Requests,
  Ipv6Bytes,
  GrpcRequests,
  GrpcWithoutStatus,
  RequestMessages,
  ResponseMessages,
  RuleEvaluations,
  FixedResponses,
  Redirects,
  RedirectsTooLong,
  NonCompliant,
  DroppedInvalidHeader,
  ForwardedInvalidHeader,
  NonSticky,
  AppCookieNonSticky,
  JwtFailures,
  FailOpen,
  NewConnections,
  RejectedConnections,
  TlsNegotiationErrors,
  NewTargetConnections,
  TargetConnectionErrors,
  TargetTlsErrors,
  Http2Requests,  // the history knows the counts by their place: new ones come last
};
inline constexpr std::size_t kCounts = static_cast<std::size_t>(Count::Http2Requests) + 1;

/// Where each count lies in a reading, in the order of Count.
inline constexpr std::array<std::uint64_t PartReading::*, kCounts> kCountMembers{
    &PartReading::requests,
    &PartReading::errors,
    &PartReading::routed,
    &PartReading::retries,
    &PartReading::receivedBytes,
    &PartReading::sentBytes,
    &PartReading::ipv6Requests,
    &PartReading::ipv6Bytes,
    &PartReading::grpcRequests,
    &PartReading::grpcWithoutStatus,
    &PartReading::requestMessages,
    &PartReading::responseMessages,
    &PartReading::ruleEvaluations,
    &PartReading::fixedResponses,
    &PartReading::redirects,
    &PartReading::redirectsTooLong,
    &PartReading::nonCompliant,
    &PartReading::droppedInvalidHeader,
    &PartReading::forwardedInvalidHeader,
    &PartReading::nonSticky,
    &PartReading::appCookieNonSticky,
    &PartReading::jwtFailures,
    &PartReading::failOpen,
    &PartReading::newConnections,
    &PartReading::rejectedConnections,
    &PartReading::tlsNegotiationErrors,
    &PartReading::newTargetConnections,
    &PartReading::targetConnectionErrors,
    &PartReading::targetTlsErrors,
    &PartReading::http2Requests,
};

inline std::uint64_t countOf(const PartReading& part, Count count) {
  return part.*kCountMembers[static_cast<std::size_t>(count)];
}

/// A gRPC method at a load balancer: its path, "/routeguide.RouteGuide/GetFeature", or kOtherMethods.
struct MethodId {
  std::string loadBalancer, path;
  auto operator<=>(const MethodId&) const = default;
};
/// Stands for the methods beyond the bound of GrpcMethods.
inline constexpr const char* kOtherMethods = "other";

/// A target as the health checks see it.
struct HostReading {
  std::string availabilityZone;  ///< as configured; "" = the balancer's
  TargetState state = TargetState::Initial;
  HealthReason reason = HealthReason::None;
  std::string description;  ///< ALB's words for the reason
  bool anomalous = false, mitigated = false;
  bool operator==(const HostReading&) const = default;
};

/// All counters at one moment, summed over the workers. Counters only grow; the reader makes rates.
/// At rest the numbers agree: requests = Σ httpStatus = requests with grpcStatus + requests without.
struct MetricsReading {
  TimePoint time{};
  PartReading total;
  std::map<HttpStatusKey, std::uint64_t> httpStatus;
  std::map<std::uint32_t, std::uint64_t> grpcStatus;  ///< by grpc-status as the client got it
  std::uint64_t grpcRequests = 0;                     ///< gRPC exchanges ended, with or without a status
  std::uint64_t grpcWithoutStatus = 0;                ///< gRPC exchanges that ended without grpc-status
  std::uint64_t newConnections = 0, newTargetConnections = 0;
  std::int64_t activeConnections = 0, activeTargetConnections = 0;
  std::uint64_t tlsNegotiationErrors = 0;    ///< ALB: ClientTLSNegotiationErrorCount
  std::uint64_t targetConnectionErrors = 0;  ///< ALB: TargetConnectionErrorCount
  std::uint64_t requestMessages = 0, responseMessages = 0;
  std::map<ListenerId, PartReading> listeners;
  std::map<std::string, PartReading> loadBalancers;  ///< sums of their listeners: no target connections
  std::map<std::string, PartReading> groups;
  std::map<TargetId, PartReading> targets;
  std::map<RouteId, std::uint64_t> routes;  ///< requests that ended, by the way that their rule sent them
  /// gRPC exchanges per method; counted by the recorder, up to 20 ms after the workers.
  std::map<MethodId, PartReading> grpcMethods;
  std::map<TargetId, HostReading> hosts;  ///< filled by who knows the targets' health; may be empty
  std::uint64_t droppedDetails = 0;       ///< events that producers lost
  std::uint64_t summarizedStreams = 0;    ///< of which only the record was told, since too many began at once
  /// CPU time that the worker threads have used; each tells its own four times a second.
  std::uint64_t workerCpuMicros = 0;

  /// What was counted since `earlier` (of the same registry); what is not a count is today's.
  MetricsReading since(const MetricsReading& earlier) const;
};

}  // namespace spillway::observe
