// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/export/recorded_stream.h"

namespace spillway::exporting {

enum class Format : std::uint8_t {
  Capture,  ///< *.spillway-capture: all that is known (resources/formats/spillway-capture.md)
  Har,      ///< HTTP Archive 1.2
  Pcapng,   ///< packets, for Wireshark
};

/// Writes streams to a file, one after the other; holds one at a time. The file appears with finish(), whole
/// or not at all. One thread.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  virtual Result<void> write(const RecordedStream&) = 0;
  virtual Result<void> finish() = 0;
};

/// An error says why the file cannot be written.
Result<std::unique_ptr<StreamWriter>> openWriter(Format, const std::string& file);

}  // namespace spillway::exporting
