// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/part_counters.h"

#include <algorithm>

namespace spillway::observe {
namespace {

/// What is open: never below zero, although the two are not read at one moment.
std::int64_t open(std::uint64_t begun, std::uint64_t over) {
  return begun > over ? static_cast<std::int64_t>(begun - over) : 0;
}

bool isHttp2(LogType type) {
  return type == LogType::H2 || type == LogType::H2c;
}

}  // namespace

void HistogramCounters::add(std::int64_t micros) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(micros, 0));
  buckets_[histogramBucket(value)].add();
  sum_.add(value);
}

void HistogramCounters::addTo(HistogramReading& reading) const {
  std::size_t used = kHistogramBuckets;
  while (used > 0 && buckets_[used - 1].get() == 0)
    --used;
  reading.buckets.resize(std::max(reading.buckets.size(), used));
  for (std::size_t i = 0; i < used; ++i) {
    const std::uint64_t count = buckets_[i].get();
    reading.buckets[i] += count;
    reading.count += count;
  }
  reading.sum += sum_.get();
}

StatusCounters::~StatusCounters() {
  for (auto& place : classes_)
    delete place.load();
}

void StatusCounters::add(int status, bool fromBalancer) {
  if (status < 100 || status > 599) status = 0;
  auto& place = classes_[static_cast<std::size_t>(status / 100)];
  Class* counters = place.load(std::memory_order_relaxed);
  if (!counters) place.store(counters = new Class, std::memory_order_release);
  (*counters)[static_cast<std::size_t>(status % 100)][fromBalancer ? 1 : 0].add();
}

void StatusCounters::addTo(std::map<HttpStatusKey, std::uint64_t>& reading) const {
  for (std::size_t hundreds = 0; hundreds < classes_.size(); ++hundreds) {
    const Class* counters = classes_[hundreds].load(std::memory_order_acquire);
    for (std::size_t rest = 0; counters && rest < counters->size(); ++rest) {
      for (const bool fromBalancer : {false, true}) {
        const std::uint64_t count = (*counters)[rest][fromBalancer ? 1 : 0].get();
        if (count) reading[{static_cast<int>(hundreds * 100 + rest), fromBalancer}] += count;
      }
    }
  }
}

void PartCounters::ended(const StreamRecord& record) {
  const bool isGrpc = record.head && record.head->isGrpc;
  const std::uint64_t bytes = record.receivedBytes + record.sentBytes;
  add(Count::Requests);
  if (record.elbStatus >= 500 || (isGrpc && record.grpcStatus.value_or(1) != 0)) add(Count::Errors);
  if (!record.target.empty()) add(Count::Routed);
  if (record.attempts > 1) add(Count::Retries, record.attempts - 1);
  add(Count::ReceivedBytes, record.receivedBytes);
  add(Count::SentBytes, record.sentBytes);
  if (record.head && record.head->client.starts_with('[')) {
    add(Count::Ipv6Requests);
    add(Count::Ipv6Bytes, bytes);
  }
  http.add(record.elbStatus, record.fromBalancer);
  duration.add(record.durationMicros);
  if (record.targetProcessingMicros >= 0) targetResponse.add(record.targetProcessingMicros);
  add(Count::RequestMessages, record.requestMessages);
  add(Count::ResponseMessages, record.responseMessages);
  if (isGrpc) {
    addGrpc(record);
  } else if (record.head && isHttp2(record.head->type)) {
    add(Count::Http2Requests);
  }
  addOddities(record);
}

void PartCounters::addGrpc(const StreamRecord& record) {
  add(Count::GrpcRequests);
  if (record.grpcStatus) {
    grpc[std::min<std::size_t>(*record.grpcStatus, kGrpcCodes - 1)].add();
  } else {
    add(Count::GrpcWithoutStatus);
  }
}

void PartCounters::addOddities(const StreamRecord& record) {
  const RequestCounts& tell = record.counts;
  if (tell.ruleEvaluations) add(Count::RuleEvaluations, tell.ruleEvaluations);
  if (record.outcome == Outcome::FixedResponse) add(Count::FixedResponses);
  if (record.outcome == Outcome::Redirected) add(Count::Redirects);
  if (tell.redirectTooLong || record.outcome == Outcome::RedirectTooLong) add(Count::RedirectsTooLong);
  if (record.compliance != Compliance::Compliant) add(Count::NonCompliant);
  if (tell.droppedInvalidHeader) add(Count::DroppedInvalidHeader);
  if (tell.forwardedInvalidHeader) add(Count::ForwardedInvalidHeader);
  if (tell.nonSticky) add(Count::NonSticky);
  if (tell.appCookieNonSticky) add(Count::AppCookieNonSticky);
  if (tell.jwtFailed || record.outcome == Outcome::JwtRefused) add(Count::JwtFailures);
  if (record.failOpen) add(Count::FailOpen);
}

void PartCounters::addTo(PartReading& reading) const {
  // What is over is read before what has begun: open() is then too high by what began meanwhile, not too low.
  const std::uint64_t streamsLeft = left.get();
  const std::uint64_t closed = connectionsClosed.get();
  const std::uint64_t targetsClosed = targetConnectionsClosed.get();
  reading.activeStreams += open(began.get(), streamsLeft);
  const auto count = [&](Count which) { return counts[static_cast<std::size_t>(which)].get(); };
  reading.activeConnections += open(count(Count::NewConnections), closed);
  reading.activeTargetConnections += open(count(Count::NewTargetConnections), targetsClosed);
  for (std::size_t i = 0; i < kCounts; ++i)
    reading.*kCountMembers[i] += counts[i].get();
  http.addTo(reading.httpStatus);
  for (std::size_t code = 0; code < kGrpcCodes; ++code) {
    if (const std::uint64_t number = grpc[code].get())
      reading.grpcStatus[static_cast<std::uint32_t>(code)] += number;
  }
  duration.addTo(reading.duration);
  targetResponse.addTo(reading.targetResponse);
}

}  // namespace spillway::observe
