// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "engine/base/clock.h"

namespace spillway::net {

/// Something that a loop destroys at the end of the turn, so that nothing dies inside its own callback.
class Retirable {
 public:
  virtual ~Retirable() = default;
};

/// Something that wants to be called once at the end of the turn, after all that happened in it.
class TurnEnd {
 public:
  virtual ~TurnEnd() = default;
  virtual void onTurnEnd() = 0;

 private:
  friend class EventLoop;
  bool queued_ = false;
};

class Timer;
class FdWatch;

/// One thread's loop: sockets, timers, posted work. Everything but post() and stop() only on its own thread.
/// A turn runs what is ready, though not without end, then the turn-end list once, then destroys what was
/// retired.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void run();                        ///< until stop()
  void runTurn();                    ///< one turn; waits until something happens
  void stop();                       ///< any thread
  void post(std::function<void()>);  ///< any thread
  TimePoint now() const;             ///< read at most once per turn
  WallTime wallNow() const;          ///< the same of the wall clock
  [[nodiscard]] Timer after(Duration, std::function<void()>);
  /// Calls `task` at the end of this turn; once, however often it is asked for.
  void atTurnEnd(TurnEnd& task);
  void cancelTurnEnd(TurnEnd& task);
  void retire(std::unique_ptr<Retirable>);
  /// Owns something that lives by itself until it says dismiss(), or until the loop ends.
  void adopt(std::unique_ptr<Retirable>);
  void dismiss(Retirable&);

 private:
  friend class Timer;
  friend class FdWatch;
  void endTurn();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A pending call; destroying it cancels.
class Timer {
 public:
  Timer() = default;
  Timer(Timer&&) noexcept;
  Timer& operator=(Timer&&) noexcept;
  ~Timer();
  void cancel();

 private:
  friend class EventLoop;
  struct State;
  std::shared_ptr<State> state_;
};

/// A file descriptor on a loop; owns and closes it. Waits are one-shot; waiting twice is waiting once.
class FdWatch {
 public:
  FdWatch(EventLoop&, int fd, std::function<void()> onReadable, std::function<void()> onWritable);
  ~FdWatch();
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;
  int fd() const;
  void waitReadable();
  /// The same when all that was there has been read: without a system call.
  void waitForMore();
  void waitWritable();

 private:
  friend class EventLoop;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace spillway::net
