// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/stream_writer.h"

#include "engine/export/capture_file.h"
#include "engine/export/har.h"
#include "engine/export/pcapng.h"

namespace spillway::exporting {

Result<std::unique_ptr<StreamWriter>> openWriter(Format format, const std::string& file) {
  switch (format) {
    case Format::Har:
      return openHarWriter(file);
    case Format::Pcapng:
      return openPcapngWriter(file);
    case Format::Capture:
      break;
  }
  return openCaptureWriter(file);
}

}  // namespace spillway::exporting
