// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdio>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/observe/events.h"

namespace spillway::observe {

/// Appends ALB-format lines to a file, gathered: written every 250 ms or 256 KiB. One thread.
class AccessLog {
 public:
  /// Opens for appending; the file is made when missing.
  static Result<AccessLog> open(const std::string& file);
  AccessLog(AccessLog&& other) noexcept;
  AccessLog& operator=(AccessLog&& other) noexcept;
  ~AccessLog();

  void append(const StreamRecord& record);
  /// Writes what is gathered if its time has come.
  void writeIfDue(TimePoint now);
  void write();

 private:
  explicit AccessLog(std::FILE* file) : file_(file) {}
  std::FILE* file_ = nullptr;
  std::string gathered_;
  TimePoint lastWrite_{};
};

}  // namespace spillway::observe
