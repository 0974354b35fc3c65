// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/call_batch.h"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace spillway::grpc {

using std::chrono::microseconds;

class CallBatch::Runner {
 public:
  Runner(const ChannelTarget& target, BatchPlan plan) : plan_(std::move(plan)), channel_(target) {
    plan_.calls = std::min(plan_.calls, kMostBatchCalls);
    plan_.atOnce = std::max(plan_.atOnce, 1U);
    began_ = SteadyClock::now();
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  void stop() { thread_.request_stop(); }

  BatchResult result() const {
    const std::lock_guard lock(mutex_);
    BatchResult result = result_;
    if (!result.isOver)
      result.elapsed = std::chrono::duration_cast<microseconds>(SteadyClock::now() - began_);
    return result;
  }

 private:
  using Handles = std::map<std::uint64_t, std::shared_ptr<ClientCall>>;

  void run(const std::stop_token& stop) {
    for (std::uint64_t i = 0; i < plan_.calls && waitForTurn(i, stop); ++i) {
      begin(i);
      takeEnded();
    }
    Handles rest;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [this] { return result_.ended == result_.begun; });
      rest.swap(live_);
    }
    rest.clear();  // cancels what still runs
    const std::lock_guard lock(mutex_);
    result_.elapsed = std::chrono::duration_cast<microseconds>(SteadyClock::now() - began_);
    result_.isOver = true;
  }

  /// False: no more calls.
  bool waitForTurn(std::uint64_t number, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (plan_.perSecond > 0) {
      const auto due =
          began_ + std::chrono::duration_cast<SteadyClock::duration>(
                       std::chrono::duration<double>(static_cast<double>(number) / plan_.perSecond));
      changed_.wait_until(lock, stop, due, [] { return false; });
      if (isFull()) ++result_.late;
    }
    changed_.wait(lock, stop, [this] { return !isFull(); });
    return !stop.stop_requested();
  }

  /// Under the mutex.
  bool isFull() const { return result_.begun - result_.ended >= plan_.atOnce; }

  void begin(std::uint64_t number) {
    {
      const std::lock_guard lock(mutex_);
      ++result_.begun;
    }
    const TimePoint start = SteadyClock::now();
    auto call = channel_.call(plan_.request,
                              [this, number, start](const CallEvent& event) { take(number, start, event); });
    for (std::size_t i = 0; i < plan_.messages.size(); ++i) {
      const bool isLast = i + 1 == plan_.messages.size();
      isLast ? call->sendLast(plan_.messages[i]) : call->send(plan_.messages[i]);
    }
    if (plan_.messages.empty()) call->halfClose();
    const std::lock_guard lock(mutex_);
    live_.emplace(number, std::move(call));
  }

  /// A thread of the library's.
  void take(std::uint64_t number, TimePoint start, const CallEvent& event) {
    if (event.kind != CallEvent::Kind::Received && event.kind != CallEvent::Kind::Ended) return;
    const std::lock_guard lock(mutex_);
    if (event.kind == CallEvent::Kind::Received) {
      ++result_.received;
      return;
    }
    const auto micros = std::chrono::duration_cast<microseconds>(event.time - start).count();
    constexpr std::int64_t kLongest = std::numeric_limits<std::uint32_t>::max();
    result_.micros.push_back(static_cast<std::uint32_t>(std::min<std::int64_t>(micros, kLongest)));
    ++result_.statuses[event.status];
    ++result_.ended;
    endedCalls_.push_back(number);
    changed_.notify_all();
  }

  /// Lets go of the calls that have ended, outside of the lock that their observers take.
  void takeEnded() {
    std::vector<std::shared_ptr<ClientCall>> gone;
    const std::lock_guard lock(mutex_);
    std::erase_if(endedCalls_, [&](std::uint64_t number) {
      const auto found = live_.find(number);
      if (found == live_.end()) return false;
      gone.push_back(std::move(found->second));
      live_.erase(found);
      return true;
    });
  }

  BatchPlan plan_;
  TimePoint began_{};
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  BatchResult result_;                     ///< under the mutex, as what follows
  std::vector<std::uint64_t> endedCalls_;  ///< whose handles are still there
  Handles live_;
  ClientChannel channel_;  ///< goes before what its calls' observers use
  std::jthread thread_;
};

CallBatch::CallBatch(const ChannelTarget& target, BatchPlan plan)
    : runner_(std::make_unique<Runner>(target, std::move(plan))) {}

CallBatch::~CallBatch() = default;

void CallBatch::stop() {
  runner_->stop();
}

BatchResult CallBatch::result() const {
  return runner_->result();
}

}  // namespace spillway::grpc
