// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/grpc/client_call.h"

namespace spillway::grpc {

/// Of more calls the times would not be kept.
inline constexpr std::uint32_t kMostBatchCalls = 100'000;

/// The same call many times.
struct BatchPlan {
  CallRequest request;
  std::vector<std::string> messages;  ///< of each call; its half-close follows
  std::uint32_t calls = 100;          ///< at most kMostBatchCalls
  std::uint32_t atOnce = 10;          ///< so many run at a time, at least 1
  double perSecond = 0;               ///< calls begun; 0: each as soon as it may
};

/// How far a batch went. Calls that were cancelled by stop() are begun but not ended.
struct BatchResult {
  std::uint64_t begun = 0, ended = 0;
  std::uint64_t received = 0;             ///< messages
  std::uint64_t late = 0;                 ///< begun later than the rate wanted: all others were still out
  std::map<int, std::uint64_t> statuses;  ///< gRPC's codes
  std::vector<std::uint32_t> micros;      ///< of each call that ended, as they ended
  std::chrono::microseconds elapsed{0};   ///< from the first call to the last end, or to now
  bool isOver = false;
};

/// Makes the calls of a plan over one connection of its own, in threads of its own. Any thread.
class CallBatch {
 public:
  CallBatch(const ChannelTarget& target, BatchPlan plan);
  /// As stop(); waits for its end, some milliseconds.
  ~CallBatch();
  CallBatch(const CallBatch&) = delete;
  CallBatch& operator=(const CallBatch&) = delete;

  /// Begins no more calls and cancels those that run; soon after it is over.
  void stop();
  BatchResult result() const;

 private:
  class Runner;
  std::unique_ptr<Runner> runner_;
};

}  // namespace spillway::grpc
