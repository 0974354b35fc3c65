// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"

namespace spillway::observe {

/// Bucket counts of a log-linear histogram of microseconds: 64 powers of two × 16 steps.
struct HistogramReading {
  std::vector<std::uint64_t> buckets;  ///< cumulative since start; empty = nothing yet
  std::uint64_t count = 0;
  /// The value below which `fraction` (0-1) of the observations lie, in microseconds; 0 when empty.
  double percentile(double fraction) const;
  /// Observations since `earlier` (a reading of the same histogram).
  HistogramReading since(const HistogramReading& earlier) const;
};

/// Counts of one listener, target group or target.
struct PartReading {
  std::uint64_t requests = 0;      ///< ended exchanges
  std::uint64_t errors = 0;        ///< gRPC status other than OK, or HTTP status >= 500
  std::int64_t activeStreams = 0;  ///< open right now (ALB: outstanding requests)
  std::uint64_t receivedBytes = 0, sentBytes = 0;
  HistogramReading duration;  ///< whole exchange
};

/// Key of a HTTP status count: the status and who made it.
struct HttpStatusKey {
  int status = 0;
  bool fromBalancer = false;  ///< ALB: HTTPCode_ELB_* against HTTPCode_Target_*
  auto operator<=>(const HttpStatusKey&) const = default;
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
  std::map<std::string, PartReading> groups;
  std::map<TargetId, PartReading> targets;
  std::uint64_t droppedDetails = 0;  ///< events that producers lost
};

}  // namespace spillway::observe
