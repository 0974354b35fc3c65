// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/export/output_file.h"

/// Lines of text in a gzip'd file.
namespace spillway::exporting {

class GzipLineWriter {
 public:
  explicit GzipLineWriter(OutputFile);
  ~GzipLineWriter();
  Result<void> line(std::string_view text);
  Result<void> finish();

 private:
  struct Impl;
  Result<void> deflate(std::string_view text, int flush);
  std::unique_ptr<Impl> impl_;
};

class GzipLineReader {
 public:
  /// An error says that the file is missing, or is not gzip'd.
  static Result<std::unique_ptr<GzipLineReader>> open(const std::string& file);
  ~GzipLineReader();
  /// Without its end; nullopt: there are no more. A line that is too long for memory, or a damaged or cut
  /// file, is an error.
  Result<std::optional<std::string>> line();

 private:
  struct Impl;
  explicit GzipLineReader(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::exporting
