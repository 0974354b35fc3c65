// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>

#include "engine/base/result.h"
#include "engine/export/stream_writer.h"
#include "engine/history/reader.h"

namespace spillway::exporting {

struct ExportCount {
  std::uint64_t streams = 0;   ///< written
  std::uint64_t recorded = 0;  ///< of which parts were kept
};

/// Writes the streams of the history that the filter selects, the oldest first; holds some hundred summaries
/// and one capture at a time. `tell` takes the share that is done, 0-1; false from it ends the work with an
/// error of code Drained. The caller finishes the writer.
Result<ExportCount> exportHistory(history::Reader&, const history::Filter&, StreamWriter&,
                                  const std::function<bool(double)>& tell = {});

}  // namespace spillway::exporting
