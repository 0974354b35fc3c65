// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "engine/observe/metrics_reading.h"

namespace spillway::observe {

/// Counts gRPC exchanges per load balancer and method. Method names come from clients, so they are bounded:
/// the first kMostMethods of a load balancer have counts of their own (about 5 KiB each), all others, and
/// names longer than kLongestMethod, count together as kOtherMethods. Any thread; not for the request path.
class GrpcMethods {
 public:
  static constexpr std::size_t kMostMethods = 200;
  static constexpr std::size_t kLongestMethod = 256;

  /// Does nothing for exchanges that are not gRPC.
  void count(const StreamRecord& record);
  std::map<MethodId, PartReading> read() const;

 private:
  PartReading& partOf(const StreamHead& head);

  mutable std::mutex mutex_;
  std::map<MethodId, PartReading> parts_;
  std::map<MethodId, PartReading>::value_type* recent_ = nullptr;  ///< counted last: often the next one, too
  std::map<std::string, std::size_t> methodsOf_;                   ///< by load balancer
};

}  // namespace spillway::observe
