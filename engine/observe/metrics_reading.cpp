// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/metrics_reading.h"

#include <algorithm>

#include "engine/observe/histogram.h"

namespace spillway::observe {
namespace {

template <class Key>
void subtract(std::map<Key, std::uint64_t>& counts, const std::map<Key, std::uint64_t>& earlier) {
  for (const auto& [key, count] : earlier) {
    const auto at = counts.find(key);
    if (at == counts.end()) continue;
    at->second -= count;
    if (at->second == 0) counts.erase(at);
  }
}

template <class Key>
void subtract(std::map<Key, PartReading>& parts, const std::map<Key, PartReading>& earlier) {
  for (auto& [key, part] : parts) {
    const auto before = earlier.find(key);
    if (before != earlier.end()) part = part.since(before->second);
  }
}

}  // namespace

double HistogramReading::percentile(double fraction) const {
  if (count == 0) return 0;
  const double rank = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count);
  double below = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i] == 0) continue;
    const double inside = static_cast<double>(buckets[i]);
    if (below + inside >= rank) {
      const auto lowest = static_cast<double>(histogramLowest(i));
      const auto next = static_cast<double>(histogramLowest(i + 1));
      return lowest + (next - lowest) * (rank - below) / inside;
    }
    below += inside;
  }
  return static_cast<double>(histogramLowest(buckets.size()));
}

double HistogramReading::average() const {
  return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count);
}

HistogramReading HistogramReading::since(const HistogramReading& earlier) const {
  HistogramReading difference = *this;
  for (std::size_t i = 0; i < std::min(earlier.buckets.size(), difference.buckets.size()); ++i) {
    difference.buckets[i] -= earlier.buckets[i];
  }
  difference.count -= earlier.count;
  difference.sum -= earlier.sum;
  return difference;
}

HistogramReading& HistogramReading::operator+=(const HistogramReading& other) {
  buckets.resize(std::max(buckets.size(), other.buckets.size()));
  for (std::size_t i = 0; i < other.buckets.size(); ++i)
    buckets[i] += other.buckets[i];
  count += other.count;
  sum += other.sum;
  return *this;
}

PartReading PartReading::since(const PartReading& earlier) const {
  PartReading difference = *this;
  for (const auto member : kCountMembers)
    difference.*member -= earlier.*member;
  difference.duration = duration.since(earlier.duration);
  difference.targetResponse = targetResponse.since(earlier.targetResponse);
  subtract(difference.httpStatus, earlier.httpStatus);
  subtract(difference.grpcStatus, earlier.grpcStatus);
  return difference;
}

PartReading& PartReading::operator+=(const PartReading& other) {
  for (const auto member : kCountMembers)
    this->*member += other.*member;
  activeStreams += other.activeStreams;
  activeConnections += other.activeConnections;
  activeTargetConnections += other.activeTargetConnections;
  duration += other.duration;
  targetResponse += other.targetResponse;
  for (const auto& [key, count] : other.httpStatus)
    httpStatus[key] += count;
  for (const auto& [code, count] : other.grpcStatus)
    grpcStatus[code] += count;
  return *this;
}

std::uint64_t PartReading::statusClass(int hundreds, bool fromBalancer) const {
  std::uint64_t sum = 0;
  for (const auto& [key, count] : httpStatus) {
    if (key.status / 100 == hundreds && key.fromBalancer == fromBalancer) sum += count;
  }
  return sum;
}

MetricsReading MetricsReading::since(const MetricsReading& earlier) const {
  MetricsReading difference = *this;
  difference.total = total.since(earlier.total);
  difference.workerCpuMicros -= earlier.workerCpuMicros;
  subtract(difference.httpStatus, earlier.httpStatus);
  subtract(difference.grpcStatus, earlier.grpcStatus);
  for (const auto member : {&MetricsReading::grpcRequests, &MetricsReading::grpcWithoutStatus,
                            &MetricsReading::newConnections, &MetricsReading::newTargetConnections,
                            &MetricsReading::tlsNegotiationErrors, &MetricsReading::targetConnectionErrors,
                            &MetricsReading::requestMessages, &MetricsReading::responseMessages,
                            &MetricsReading::droppedDetails, &MetricsReading::summarizedStreams})
    difference.*member -= earlier.*member;
  subtract(difference.listeners, earlier.listeners);
  subtract(difference.loadBalancers, earlier.loadBalancers);
  subtract(difference.groups, earlier.groups);
  subtract(difference.targets, earlier.targets);
  for (auto& [id, requests] : difference.routes) {
    const auto before = earlier.routes.find(id);
    if (before != earlier.routes.end()) requests -= before->second;
  }
  subtract(difference.grpcMethods, earlier.grpcMethods);
  return difference;
}

}  // namespace spillway::observe
