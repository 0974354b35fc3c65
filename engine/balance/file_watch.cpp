// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/file_watch.h"

#include <utility>

#include "engine/balance/watched_files.h"

namespace spillway::balance {

FileWatch::FileWatch(std::chrono::milliseconds interval, std::function<void()> changed)
    : interval_(interval), changed_(std::move(changed)), thread_([this] { run(); }) {}

FileWatch::~FileWatch() {
  stop();
}

void FileWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wakeUp_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void FileWatch::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wakeUp_.notify_all();
}

void FileWatch::follow(std::vector<std::string> files) {
  const std::uint64_t stamp = stampOf(files);
  const std::lock_guard lock(mutex_);
  files_ = std::move(files);
  known_ = stamp;
}

void FileWatch::run() {
  std::uint64_t seen = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    wakeUp_.wait_for(lock, interval_, [this] { return stopping_ || woken_; });
    if (stopping_) return;
    const std::uint64_t now = files_.empty() ? known_ : stampOf(files_);
    const bool isSettled = std::exchange(seen, now) == now;
    const bool filesChanged = now != known_ && isSettled;
    if (filesChanged) known_ = now;
    if (!std::exchange(woken_, false) && !filesChanged) continue;
    lock.unlock();
    changed_();
    lock.lock();
  }
}

}  // namespace spillway::balance
