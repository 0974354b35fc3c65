// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "engine/net/event_loop.h"

namespace spillway::net {
namespace {

/// A watched socket with the other end in hand.
class FdWatchTest : public testing::Test {
 protected:
  FdWatchTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    peer_ = ends[1];
    watch_ = std::make_unique<FdWatch>(
        loop_, ends[0], [this] { ++readable_; }, [this] { ++writable_; });
  }
  ~FdWatchTest() override {
    if (peer_ >= 0) ::close(peer_);
  }

  void send() { EXPECT_EQ(::send(peer_, "x", 1, 0), 1); }
  ssize_t receive() {
    std::array<char, 16> bytes;
    return ::recv(watch_->fd(), bytes.data(), bytes.size(), 0);
  }
  void closePeer() {
    ::close(peer_);
    peer_ = -1;
  }
  /// Turns until this call; one that never comes ends the wait too.
  void turnUntil(const int& calls, int count) {
    bool isOver = false;
    const Timer limit = loop_.after(std::chrono::seconds(10), [&] { isOver = true; });
    while (calls < count && !isOver)
      loop_.runTurn();
    EXPECT_EQ(calls, count);
  }
  /// Whatever is ready is called in this turn.
  void turnOnce() {
    loop_.post([] {});
    loop_.runTurn();
  }

  EventLoop loop_;
  int peer_ = -1;
  int readable_ = 0, writable_ = 0;
  std::unique_ptr<FdWatch> watch_;
};

TEST_F(FdWatchTest, CallsOncePerWait) {
  watch_->waitReadable();
  watch_->waitReadable();
  send();
  turnUntil(readable_, 1);
  send();
  turnOnce();
  EXPECT_EQ(readable_, 1);
}

TEST_F(FdWatchTest, TellsOfWhatWasLeftUnread) {
  send();
  watch_->waitReadable();
  turnUntil(readable_, 1);
  watch_->waitReadable();
  turnUntil(readable_, 2);
}

TEST_F(FdWatchTest, WaitsForMoreAfterAllWasRead) {
  watch_->waitReadable();
  send();
  turnUntil(readable_, 1);
  EXPECT_EQ(receive(), 1);
  watch_->waitForMore();
  turnOnce();
  EXPECT_EQ(readable_, 1);
  send();
  turnUntil(readable_, 2);
}

TEST_F(FdWatchTest, TellsOfAnEndThatCameWithTheLastBytes) {
  watch_->waitReadable();
  send();
  closePeer();
  turnUntil(readable_, 1);
  EXPECT_EQ(receive(), 1);
  watch_->waitForMore();
  turnUntil(readable_, 2);
  EXPECT_EQ(receive(), 0);
}

TEST_F(FdWatchTest, TellsOfBytesThatCameWhileNobodyWaited) {
  send();
  turnOnce();
  EXPECT_EQ(readable_, 0);
  watch_->waitForMore();
  turnUntil(readable_, 1);
}

TEST_F(FdWatchTest, TellsOfRoomToWriteEachTime) {
  for (int i = 1; i <= 2; ++i) {
    watch_->waitWritable();
    turnUntil(writable_, i);
  }
  EXPECT_EQ(readable_, 0);
}

TEST_F(FdWatchTest, IsSilentOnceItHasEndedThoughADuplicateLives) {
  const int copy = ::dup(watch_->fd());
  watch_->waitReadable();
  watch_.reset();
  send();
  turnOnce();
  EXPECT_EQ(readable_, 0);
  ::close(copy);
}

TEST_F(FdWatchTest, MayEndAnotherThatIsReadyInTheSameTurn) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  int calls = 0;
  std::unique_ptr<FdWatch> first, second;
  first = std::make_unique<FdWatch>(
      loop_, ends[0], [&] { ++calls, second.reset(); }, nullptr);
  second = std::make_unique<FdWatch>(
      loop_, ends[1], [&] { ++calls, first.reset(); }, nullptr);
  EXPECT_EQ(::send(ends[0], "x", 1, 0), 1);
  EXPECT_EQ(::send(ends[1], "x", 1, 0), 1);
  first->waitReadable();
  second->waitReadable();
  turnUntil(calls, 1);
  turnOnce();
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace spillway::net
