// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/connection_board.h"

#include <utility>

namespace spillway::proxy {
namespace {

using namespace std::chrono_literals;

constexpr auto kRhythm = 900ms;
/// Whoever looks asks about once a second.
constexpr auto kPatience = 4s;

std::int64_t nanosOf(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

std::shared_ptr<const observe::ConnectionList> ConnectionBoard::read() {
  wantedUntil_.store(nanosOf(SteadyClock::now() + kPatience), std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  return list_;
}

bool ConnectionBoard::isWanted(TimePoint now) const {
  return nanosOf(now) < wantedUntil_.load(std::memory_order_relaxed) && now - shown_ >= kRhythm;
}

void ConnectionBoard::forgetUnread(TimePoint now) {
  if (shown_ == TimePoint{} || nanosOf(now) < wantedUntil_.load(std::memory_order_relaxed)) return;
  show({}, now);
  shown_ = {};
}

void ConnectionBoard::show(observe::ConnectionList list, TimePoint now) {
  shown_ = now;
  auto made = std::make_shared<const observe::ConnectionList>(std::move(list));
  const std::lock_guard lock(mutex_);
  std::swap(list_, made);  // the old one goes when the lock is open again
}

}  // namespace spillway::proxy
