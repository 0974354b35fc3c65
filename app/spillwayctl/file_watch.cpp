// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/spillwayctl/file_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <filesystem>

namespace spillway::ctl {

FileWatch::FileWatch(const std::string& file) {
  std::error_code ignored;
  const std::filesystem::path path = std::filesystem::absolute(file, ignored);
  name_ = path.filename();
  descriptor_ = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (descriptor_ >= 0)
    ::inotify_add_watch(descriptor_, path.parent_path().c_str(), IN_CLOSE_WRITE | IN_MOVED_TO);
}

FileWatch::~FileWatch() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool FileWatch::takeChange() {
  bool changed = false;
  alignas(inotify_event) char block[4096];
  for (ssize_t got = 0; (got = ::read(descriptor_, block, sizeof block)) > 0;)
    for (const char* at = block; at < block + got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      changed = changed || (event->len > 0 && name_ == event->name);
      at += sizeof(inotify_event) + event->len;
    }
  return changed;
}

}  // namespace spillway::ctl
