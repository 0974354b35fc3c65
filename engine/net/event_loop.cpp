// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/event_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace spillway::net {
namespace {

/// Work that asks for more work, as a reader of a flood does, may not keep a turn from its end.
constexpr int kCallsPerTurn = 64;

}  // namespace

struct EventLoop::Impl {
  /// Of watches that ended in this turn: an event for them may have been fetched already.
  std::vector<std::shared_ptr<void>> endedWatches;
  asio::io_context io{1};
  /// The descriptors of all watches. Asio waits for this one; its own waits would cost an epoll_ctl each.
  asio::posix::stream_descriptor watched{io, ::epoll_create1(EPOLL_CLOEXEC)};
  bool isAwaited = false;  ///< `watched` is; once a turn
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::atomic<bool> stopped{false};
  std::vector<TurnEnd*> turnEnds;
  std::vector<std::unique_ptr<Retirable>> retired, adopted;
  TimePoint now{};
  WallTime wallNow{};
  bool nowIsFresh = false, wallNowIsFresh = false;

  void awaitWatched();
  void callWatches();
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
  if (!std::exchange(impl_->isAwaited, true)) impl_->awaitWatched();
  impl_->io.run_one();
  for (int calls = 1; calls < kCallsPerTurn && impl_->io.poll_one() > 0;)
    ++calls;
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
  std::exchange(impl_->endedWatches, {}).clear();
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

struct FdWatch::State {
  EventLoop::Impl& loop;
  const int fd;
  std::function<void()> readable, writable;
  bool waitsReadable = false, waitsWritable = false;
  bool cameUnasked = false;  ///< an edge for reading that nobody waited for
  /// After an end, an error or urgent bytes there may be something to read of which no other edge tells.
  bool edgesAreOver = false;

  /// Edges of reading from now on, whether or not somebody waits. Asking again tells anew what is there.
  void ask(int operation) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET;
    if (waitsWritable) event.events |= EPOLLOUT;
    event.data.ptr = this;
    if (::epoll_ctl(loop.watched.native_handle(), operation, fd, &event) < 0 && operation == EPOLL_CTL_ADD)
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }

  void onEvents(std::uint32_t events) {
    edgesAreOver |= (events & (EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    if ((events & EPOLLIN) || edgesAreOver) {
      cameUnasked = !waitsReadable;
      if (std::exchange(waitsReadable, false)) readable();
    }
    // What was called may have ended the watch: then nobody waits.
    const bool writes = (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
    if (writes && std::exchange(waitsWritable, false)) writable();
  }
};

void EventLoop::Impl::awaitWatched() {
  watched.async_wait(asio::posix::stream_descriptor::wait_read, [this](const std::error_code& error) {
    isAwaited = false;
    if (!error) callWatches();
  });
}

void EventLoop::Impl::callWatches() {
  std::array<epoll_event, 128> events;
  const int count = ::epoll_wait(watched.native_handle(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i)
    static_cast<FdWatch::State*>(events[i].data.ptr)->onEvents(events[i].events);
}

FdWatch::FdWatch(EventLoop& loop, int fd, std::function<void()> onReadable, std::function<void()> onWritable)
    : state_(new State{*loop.impl_, fd, std::move(onReadable), std::move(onWritable)}) {
  state_->ask(EPOLL_CTL_ADD);
}

FdWatch::~FdWatch() {
  state_->waitsReadable = state_->waitsWritable = false;
  // A duplicate may keep the socket open, and with it the watch.
  ::epoll_ctl(state_->loop.watched.native_handle(), EPOLL_CTL_DEL, state_->fd, nullptr);
  ::close(state_->fd);
  state_->loop.endedWatches.push_back(std::move(state_));
}

int FdWatch::fd() const {
  return state_->fd;
}

void FdWatch::waitReadable() {
  if (std::exchange(state_->waitsReadable, true)) return;
  state_->ask(EPOLL_CTL_MOD);
}

void FdWatch::waitForMore() {
  if (state_->cameUnasked || state_->edgesAreOver) return waitReadable();
  state_->waitsReadable = true;
}

void FdWatch::waitWritable() {
  if (std::exchange(state_->waitsWritable, true)) return;
  state_->ask(EPOLL_CTL_MOD);
}

}  // namespace spillway::net
