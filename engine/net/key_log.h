// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace spillway::net {

/// A file that gets the secrets of TLS connections in NSS' format, with which Wireshark reads them. Only for
/// a developer's own traffic.
class KeyLog {
 public:
  /// Opens the file for appending; it is readable by its owner only from then on. Errors name the file.
  static Result<std::shared_ptr<const KeyLog>> open(const std::string& file);
  ~KeyLog();
  KeyLog(const KeyLog&) = delete;
  KeyLog& operator=(const KeyLog&) = delete;

  /// Appends one line, whole, in one system call. Any thread; a full disk loses the line.
  void write(std::string_view line) const;

 private:
  explicit KeyLog(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace spillway::net
