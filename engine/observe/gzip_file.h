// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

struct gzFile_s;

namespace spillway::observe {

/// Compresses one file into another in small steps, so that its thread can do its other work in between. One
/// thread.
class GzipFile {
 public:
  enum class Progress : std::uint8_t { More, Done, Failed };

  /// `to` appears whole or not at all; until then the bytes are in "<to>.part".
  GzipFile(std::string from, std::string to);
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;
  ~GzipFile();  ///< removes what is not done

  /// Compresses up to 1 MiB. Done: `from` is gone. Failed: `from` is as it was and problem() says why.
  Progress step();
  const std::string& from() const { return from_; }
  const std::string& problem() const { return problem_; }

 private:
  bool open();
  Progress done();
  Progress failed();
  void close();

  std::string from_, to_, part_, problem_;
  std::FILE* in_ = nullptr;
  gzFile_s* out_ = nullptr;
};

}  // namespace spillway::observe
