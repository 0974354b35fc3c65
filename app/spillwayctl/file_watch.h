// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace spillway::ctl {

/// Notices when a file is written or replaced. Watches its folder, because editors replace files by renaming.
class FileWatch {
 public:
  explicit FileWatch(const std::string& file);
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  ~FileWatch();

  int descriptor() const {
    return descriptor_;
  }                   ///< readable when something happened in the folder; -1: cannot watch
  bool takeChange();  ///< whether it was the file; forgets what happened so far

 private:
  std::string name_;
  int descriptor_ = -1;
};

}  // namespace spillway::ctl
