// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/file_watch.h"

#include <utility>

#include "engine/balance/watched_files.h"

namespace spillway::balance {

FileWatch::FileWatch(std::chrono::milliseconds interval, std::function<void()> changed)
    : interval_(interval), changed_(std::move(changed)), thread_([this] { run(); }) {}

FileWatch::~FileWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
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
  while (!wake_.wait_for(lock, interval_, [this] { return stopping_; })) {
    if (files_.empty()) continue;
    const std::uint64_t now = stampOf(files_);
    const bool isSettled = std::exchange(seen, now) == now;
    if (now == known_ || !isSettled) continue;
    known_ = now;
    lock.unlock();
    changed_();
    lock.lock();
  }
}

}  // namespace spillway::balance
