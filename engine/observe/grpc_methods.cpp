// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/grpc_methods.h"

#include <algorithm>

#include "engine/observe/histogram.h"

namespace spillway::observe {
namespace {

void observeInto(HistogramReading& histogram, std::int64_t micros) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(micros, 0));
  histogram.buckets.resize(kHistogramBuckets);
  ++histogram.buckets[histogramBucket(value)];
  ++histogram.count;
  histogram.sum += value;
}

}  // namespace

void GrpcMethods::count(const StreamRecord& record) {
  if (!record.head || !record.head->isGrpc) return;
  const std::lock_guard lock(mutex_);
  PartReading& part = partOf(*record.head);
  ++part.requests;
  ++part.grpcRequests;
  if (record.elbStatus >= 500 || record.grpcStatus.value_or(1) != 0) ++part.errors;
  if (!record.target.empty()) ++part.routed;
  part.receivedBytes += record.receivedBytes;
  part.sentBytes += record.sentBytes;
  part.requestMessages += record.requestMessages;
  part.responseMessages += record.responseMessages;
  const bool isStatus = record.elbStatus >= 100 && record.elbStatus <= 599;
  ++part.httpStatus[{isStatus ? record.elbStatus : 0, record.fromBalancer}];
  if (record.grpcStatus) {
    ++part.grpcStatus[std::min<std::uint32_t>(*record.grpcStatus, 99)];
  } else {
    ++part.grpcWithoutStatus;
  }
  observeInto(part.duration, record.durationMicros);
}

std::map<MethodId, PartReading> GrpcMethods::read() const {
  const std::lock_guard lock(mutex_);
  return parts_;
}

PartReading& GrpcMethods::partOf(const StreamHead& head) {
  const std::string_view path = std::string_view(head.path).substr(0, head.path.find('?'));
  if (recent_ && recent_->first.path == path && recent_->first.loadBalancer == head.loadBalancer)
    return recent_->second;
  MethodId id{head.loadBalancer, std::string(path)};
  if (const auto known = parts_.find(id); known != parts_.end()) {
    recent_ = &*known;
    return known->second;
  }
  std::size_t& methods = methodsOf_[head.loadBalancer];
  if (methods >= kMostMethods || id.path.size() > kLongestMethod) {
    id.path = kOtherMethods;
  } else {
    ++methods;
  }
  return parts_[std::move(id)];
}

}  // namespace spillway::observe
