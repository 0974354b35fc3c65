// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/export/recorded_stream.h"
#include "engine/export/stream_writer.h"

/// *.spillway-capture files; resources/formats/spillway-capture.md says what is in them.
namespace spillway::exporting {

Result<std::unique_ptr<StreamWriter>> openCaptureWriter(const std::string& file);

/// Reads such a file, stream by stream. One thread.
class CaptureFileReader {
 public:
  /// An error says what is wrong: missing, no gzip, no capture, of a newer version.
  static Result<std::unique_ptr<CaptureFileReader>> open(const std::string& file);
  ~CaptureFileReader();

  /// The next stream; nullopt: that was all. An error, once, says where the file is cut or damaged.
  Result<std::optional<RecordedStream>> next();

 private:
  struct Impl;
  explicit CaptureFileReader(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::exporting
