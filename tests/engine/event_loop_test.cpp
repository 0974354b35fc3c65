// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>

#include "engine/net/event_loop.h"

namespace spillway::net {
namespace {

constexpr int kForever = 100'000;  ///< calls in one turn: it would not have ended by itself

struct CountedEnd : TurnEnd {
  void onTurnEnd() override { ++count; }
  int count = 0;
};

TEST(EventLoop, EndsATurnThoughItsWorkAsksForMoreWork) {
  EventLoop loop;
  CountedEnd end;
  loop.atTurnEnd(end);
  int calls = 0;
  std::function<void()> again = [&] {
    if (++calls < kForever) loop.post(again);
  };
  loop.post(again);
  loop.runTurn();
  EXPECT_EQ(end.count, 1);
  ASSERT_LT(calls, kForever);
  const int before = calls;
  loop.runTurn();
  EXPECT_GT(calls, before);  // the rest is not lost
}

TEST(EventLoop, EndsATurnThoughADescriptorStaysReadable) {
  EventLoop loop;
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  EXPECT_EQ(::send(ends[1], "x", 1, 0), 1);
  int calls = 0;
  std::unique_ptr<FdWatch> watch;
  watch = std::make_unique<FdWatch>(
      loop, ends[0],
      [&] {
        if (++calls < kForever) watch->waitReadable();
      },
      nullptr);
  watch->waitReadable();
  CountedEnd end;
  loop.atTurnEnd(end);
  while (calls == 0)
    loop.runTurn();
  EXPECT_EQ(end.count, 1);
  ASSERT_LT(calls, kForever);
  const int before = calls;
  loop.runTurn();
  EXPECT_GT(calls, before);
  ::close(ends[1]);
}

}  // namespace
}  // namespace spillway::net
