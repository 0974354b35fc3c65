// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/export/stream_writer.h"

/// HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/): an entry for each stream, as the
/// client saw it. gRPC calls have `_grpcMessages` besides; `_spillway` has what only the balancer knows.
namespace spillway::exporting {

/// One entry, as JSON.
std::string harEntry(const RecordedStream&);

Result<std::unique_ptr<StreamWriter>> openHarWriter(const std::string& file);

}  // namespace spillway::exporting
