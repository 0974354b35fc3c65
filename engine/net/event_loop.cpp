// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/event_loop.h"

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <utility>
#include <vector>

namespace spillway::net {

struct EventLoop::Impl {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::atomic<bool> stopped{false};
  std::vector<TurnEnd*> turnEnds;
  std::vector<std::unique_ptr<Retirable>> retired, adopted;
  TimePoint now{};
  WallTime wallNow{};
  bool nowIsFresh = false, wallNowIsFresh = false;
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}

EventLoop::~EventLoop() {
  // What dies may retire others: all end here, on whichever thread ends the loop.
  std::exchange(impl_->adopted, {}).clear();
  while (!impl_->retired.empty())
    std::exchange(impl_->retired, {}).clear();
}

void EventLoop::run() {
  while (!impl_->stopped.load(std::memory_order_relaxed))
    runTurn();
}

void EventLoop::runTurn() {
  impl_->io.run_one();
  impl_->io.poll();
  endTurn();
}

void EventLoop::endTurn() {
  // A turn-end task may ask for others, and so may what dies: they run in the same turn, so that nothing
  // waits.
  while (!impl_->turnEnds.empty() || !impl_->retired.empty()) {
    for (TurnEnd* task : std::exchange(impl_->turnEnds, {})) {
      if (!task->queued_) continue;
      task->queued_ = false;
      task->onTurnEnd();
    }
    std::exchange(impl_->retired, {}).clear();
  }
  impl_->nowIsFresh = impl_->wallNowIsFresh = false;
}

void EventLoop::stop() {
  impl_->stopped.store(true, std::memory_order_relaxed);
  asio::post(impl_->io, [] {});
}

void EventLoop::post(std::function<void()> work) {
  asio::post(impl_->io, std::move(work));
}

TimePoint EventLoop::now() const {
  if (!impl_->nowIsFresh) {
    impl_->now = SteadyClock::now();
    impl_->nowIsFresh = true;
  }
  return impl_->now;
}

WallTime EventLoop::wallNow() const {
  if (!std::exchange(impl_->wallNowIsFresh, true)) impl_->wallNow = spillway::wallNow();
  return impl_->wallNow;
}

void EventLoop::atTurnEnd(TurnEnd& task) {
  if (task.queued_) return;
  task.queued_ = true;
  impl_->turnEnds.push_back(&task);
}

void EventLoop::cancelTurnEnd(TurnEnd& task) {
  if (!task.queued_) return;
  task.queued_ = false;
  std::erase(impl_->turnEnds, &task);
}

void EventLoop::retire(std::unique_ptr<Retirable> object) {
  if (object) impl_->retired.push_back(std::move(object));
}

void EventLoop::adopt(std::unique_ptr<Retirable> object) {
  impl_->adopted.push_back(std::move(object));
}

void EventLoop::dismiss(Retirable& object) {
  const auto at = std::find_if(impl_->adopted.begin(), impl_->adopted.end(),
                               [&](const auto& item) { return item.get() == &object; });
  if (at == impl_->adopted.end()) return;
  retire(std::move(*at));
  impl_->adopted.erase(at);
}

struct Timer::State {
  explicit State(asio::io_context& io) : timer(io) {}
  asio::steady_timer timer;
  std::function<void()> call;
};

Timer EventLoop::after(Duration delay, std::function<void()> call) {
  Timer result;
  result.state_ = std::make_shared<Timer::State>(impl_->io);
  auto state = result.state_;
  state->call = std::move(call);
  state->timer.expires_after(delay);
  state->timer.async_wait([state](const std::error_code& error) {
    if (error || !state->call) return;
    auto run = std::exchange(state->call, nullptr);
    run();
  });
  return result;
}

Timer::Timer(Timer&&) noexcept = default;
Timer& Timer::operator=(Timer&& other) noexcept {
  if (this != &other) {
    cancel();
    state_ = std::move(other.state_);
  }
  return *this;
}
Timer::~Timer() {
  cancel();
}

void Timer::cancel() {
  if (!state_) return;
  state_->call = nullptr;
  state_->timer.cancel();
  state_.reset();
}

struct FdWatch::State : std::enable_shared_from_this<FdWatch::State> {
  State(asio::io_context& io, int fd) : descriptor(io, fd) {}
  asio::posix::stream_descriptor descriptor;
  std::function<void()> readable, writable;
  bool waitsReadable = false, waitsWritable = false, closed = false;

  void wait(asio::posix::stream_descriptor::wait_type type, bool State::*waiting,
            std::function<void()> State::*call) {
    if (this->*waiting || closed) return;
    this->*waiting = true;
    descriptor.async_wait(type, [self = shared_from_this(), waiting, call](const std::error_code& error) {
      (*self).*waiting = false;
      if (!error && !self->closed) ((*self).*call)();
    });
  }
};

FdWatch::FdWatch(EventLoop& loop, int fd, std::function<void()> onReadable, std::function<void()> onWritable)
    : state_(std::make_shared<State>(loop.impl_->io, fd)) {
  state_->readable = std::move(onReadable);
  state_->writable = std::move(onWritable);
}

FdWatch::~FdWatch() {
  state_->closed = true;
  std::error_code ignored;
  state_->descriptor.close(ignored);
}

int FdWatch::fd() const {
  return state_->descriptor.native_handle();
}
void FdWatch::waitReadable() {
  state_->wait(asio::posix::stream_descriptor::wait_read, &State::waitsReadable, &State::readable);
}
void FdWatch::waitWritable() {
  state_->wait(asio::posix::stream_descriptor::wait_write, &State::waitsWritable, &State::writable);
}

}  // namespace spillway::net
